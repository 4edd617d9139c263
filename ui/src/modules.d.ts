// Modules that the build makes.
declare module 'virtual:messages/*' {
  const messages: Record<string, (params: Record<string, unknown>) => string>;
  export default messages;
}
