import { InvalidArgumentError } from 'commander';
import { animateRun, defaultFps, defaultWidth } from '../../visualization/animation.js';
import { finiteNumber, wholeNumber, type RegisterCommand } from '../program.js';

/** `animate`: how a network learnt, as a film. */
export const registerAnimate: RegisterCommand = (program, action) => {
  program
    .command('animate <run> <out.gif>')
    .description('make an animation of the validation pictures of a run')
    .option('--fps <n>', 'epochs per second, 1 to 50', framesPerSecond, defaultFps)
    .option('--width <pixels>', 'at most as wide as the pictures', wholeNumber(64), defaultWidth)
    .action(
      action(
        async (
          { output, signal },
          run: string,
          out: string,
          { fps, width }: { fps: number; width: number },
        ) => {
          const bar = output.progress('Animating', 1);
          const result = await animateRun(run, out, {
            fps,
            width,
            signal,
            progress: (done, total) => bar.update(done / total, `epoch ${done} of ${total}`),
          });
          bar.finish();
          output.result(result, ({ animation, frames, bytes, seconds, width: wide, height }) =>
            [
              `${animation}: ${frames} epochs, ${wide} x ${height},`,
              `${(bytes / 1e6).toFixed(1)} MB, plays ${seconds.toFixed(1)} s`,
            ].join(' '),
          );
        },
      ),
    );
};

function framesPerSecond(words: string): number {
  const value = finiteNumber(words);
  if (value < 1 || value > 50) throw new InvalidArgumentError('give a number from 1 to 50.');
  return value;
}
