// What bench/ installs beside the project. The compiler does without it: each adapter writes down the types of what it uses.

export function installed(name: string): Promise<unknown> {
  return import(name);
}
