"""
The preparation of Azad et al. (2021) re-made with nibabel and NumPy: what `disc-labeling dataset prepare
--prepare reference` is measured against. Needs nibabel and numpy.

    python prepare.py DATASET OUT [--heatmaps none|loop|vectorised]

DATASET holds sub-*/sub-*_{T1w,T2w}.nii.gz with labels beside them. Writes the padded slices and the heat map
of all discs of every image to OUT; prints one JSON line with seconds and the peak memory. Gaussians are drawn
pixel by pixel in Python (`loop`), as the original does, or with NumPy (`vectorised`).
"""

import argparse
import json
import math
import pathlib
import resource
import time

import nibabel as nib
import numpy as np

VARIANCE = 5


def load(path):
    """Voxels with axes running right to left, posterior to anterior, inferior to superior."""
    image = nib.load(path)
    wanted = nib.orientations.axcodes2ornt("LAS")
    turn = nib.orientations.ornt_transform(nib.io_orientation(image.affine), wanted)
    return nib.orientations.apply_orientation(np.asanyarray(image.dataobj), turn)


def labels_of(volume):
    points = [[*map(int, place), int(volume[tuple(place)])] for place in np.argwhere(volume)]
    return sorted((p for p in points if p[3] < 30 and p[3] != 1), key=lambda p: p[3])


def slice_of(volume, index):
    mean = np.mean(volume[index - 3 : index + 3], axis=0)
    return (mean - mean.mean()) / (mean.std() + 1e-100)


def padded(images):
    height, width = (max(image.shape[axis] for image in images) for axis in (0, 1))
    return np.stack(
        [np.pad(i, ((0, height - i.shape[0]), (0, width - i.shape[1]))) for i in images]
    )


def gaussian_loop(row, column, shape):
    out = np.zeros(shape)
    for r in range(shape[0]):
        for c in range(shape[1]):
            out[r, c] = math.exp(-((r - row) ** 2 + (c - column) ** 2) / (2 * VARIANCE))
    return out


def gaussian_vectorised(row, column, shape):
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    return np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / (2 * VARIANCE))


def heat_map(points, shape, gaussian):
    merged = np.zeros(shape)
    for _, row, column, _ in points:
        merged = np.maximum(merged, (255 * gaussian(row, column, shape)).astype(np.uint8))
    return (merged - merged.min()) / (merged.max() - merged.min())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dataset", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--heatmaps", choices=["none", "loop", "vectorised"], default="loop")
    options = parser.parse_args()
    started = time.perf_counter()
    images, labels = [], []
    for subject in sorted(options.dataset.glob("sub-*")):
        stems = {c: subject / f"{subject.name}_{c}" for c in ("T1w", "T2w")}
        points = {c: labels_of(load(f"{s}_label-discs_dlabel.nii.gz")) for c, s in stems.items()}
        for contrast, stem in stems.items():
            images.append(slice_of(load(f"{stem}.nii.gz"), points["T2w"][0][0]))
            labels.append(points[contrast])
    slices = padded(images)
    options.out.mkdir(parents=True, exist_ok=True)
    np.save(options.out / "slices.npy", slices)
    if options.heatmaps != "none":
        gaussian = gaussian_loop if options.heatmaps == "loop" else gaussian_vectorised
        maps = [heat_map(points, slices.shape[1:], gaussian) for points in labels]
        np.save(options.out / "heatmaps.npy", np.stack(maps))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"images": len(images), "seconds": time.perf_counter() - started, "peakMemory": peak}))


main()
