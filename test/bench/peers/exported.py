"""Runs an exported model outside of this project and compares it with what `disc-labeling predict` wrote.

ONNX: checked with onnx.checker, run in ONNX Runtime's Python package. safetensors: read by the safetensors package,
loaded strictly into the reference network of network.py, run in PyTorch. Prints one line of JSON for each file.

    disc-labeling weights export MODEL m.onnx          (and m.safetensors, for a model of the reference network)
    disc-labeling predict MODEL input.npy out
    python exported.py input.npy out m.onnx m.safetensors

Needs numpy and, for the files given, onnx and onnxruntime, or torch and safetensors.
"""

import argparse
import json
import pathlib
import time

import numpy


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", help="input.npy, [n, channels, h, w]")
    parser.add_argument("expected", type=pathlib.Path, help="folder with heatmaps_1.npy …")
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    images = numpy.load(options.input)
    expected = {path.stem: numpy.load(path) for path in options.expected.glob("*.npy")}
    for file in options.files:
        run = run_onnx if file.endswith(".onnx") else run_safetensors
        start = time.perf_counter()
        facts, results = run(file, images)
        seconds = time.perf_counter() - start
        assert results.keys() == expected.keys(), (results.keys(), expected.keys())
        difference = {
            name: float(numpy.abs(results[name] - expected[name]).max() / numpy.abs(expected[name]).max())
            for name in sorted(expected)
        }
        facts |= {"input": list(images.shape), "seconds": round(seconds, 3)}
        print(json.dumps({"file": file, **facts, "largest relative difference": difference}, ensure_ascii=False))


def run_onnx(file, images):
    import onnx
    import onnxruntime

    model = onnx.load(file)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    metadata = session.get_modelmeta().custom_metadata_map
    facts = {
        "onnx": onnx.__version__,
        "onnxruntime": onnxruntime.__version__,
        "opset": {entry.domain or "ai.onnx": entry.version for entry in model.opset_import},
        "model": metadata["name"],
        "heat maps": [channel["name"] for channel in json.loads(metadata["heatmaps.channels"])],
    }
    return facts, dict(zip(names, session.run(names, {"image": images})))


def run_safetensors(file, images):
    import torch
    from safetensors import safe_open
    from safetensors.torch import load_file

    from network import Network

    with safe_open(file, "pt") as opened:
        config = json.loads(opened.metadata()["network"])
    if config["variant"] != "reference" or not config["attention"]:
        raise SystemExit(f"{file}: network.py describes the reference network with attention only")
    network = Network(config["features"], config["stacks"], config["blocks"], config["joints"])
    network.load_state_dict(load_file(file), strict=True)
    with torch.inference_mode():
        heatmaps, attention = network.eval()(torch.from_numpy(images))
    results = {f"heatmaps_{stack + 1}": maps.numpy() for stack, maps in enumerate(heatmaps)}
    return {"torch": torch.__version__}, results | {"attention": attention.numpy()}


if __name__ == "__main__":
    main()
