export const target: string;
export const vsixPath: string;
