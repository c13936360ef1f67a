import type { RegisterCommand } from '../program.js';
import { engineStatuses } from '@disc-labeling/models/engines';
import { availableModels } from '../../labeling/models.js';

/** `models`: what can be given to `--model`. */
export const registerModels: RegisterCommand = (program, action) => {
  program
    .command('models')
    .description('list the models that ship and your own')
    .action(
      action(async ({ output }) => {
        const models = await availableModels();
        output.result(models, (rows) =>
          output.table(
            ['name', 'contrast', 'attention', 'parameters', 'origin', 'title'],
            rows.map((model) => [
              model.isDefault ? `${model.name} (default)` : model.name,
              model.contrast,
              model.attention ? 'yes' : 'no',
              model.parameters.toLocaleString('en'),
              model.origin,
              model.title,
            ]),
          ),
        );
      }),
    );
};

/** `engines`: what can be given to `--engine`, and why the others cannot. */
export const registerEngines: RegisterCommand = (program, action) => {
  program
    .command('engines')
    .description('list what can compute on this machine')
    .action(
      action(async ({ output }) => {
        const engines = await engineStatuses();
        output.result(
          engines,
          (rows) =>
            output.table(
              ['engine', 'available', 'trains', 'detail', 'device'],
              rows.map(({ id, available, trains, detail, device }) => [
                id,
                available ? 'yes' : 'no',
                trains ? 'yes' : 'no',
                detail,
                device ?? '',
              ]),
            ) + rows.map(({ id, chosen }) => (chosen === null ? '' : `\nauto: ${id}, as ${chosen}`)).join(''),
        );
      }),
    );
};
