/** docs/configuration.md. @param schema what a configuration may hold @param augmented our own augmentation */
export function configurationPage(schema: object, augmented: object): Promise<string>;
/** docs/commands.md. @param manifest package.json @param strings package.nls.json */
export function commandsPage(program: object, manifest: unknown, strings: unknown): Promise<string>;
/** The example of the page of configurations. */
export const exampleConfiguration: object;
