// Modules that the build makes.
declare module 'virtual:messages' {
  type Message = (params: Record<string, unknown>) => string;
  /** In English and in Japanese. */
  const messages: Record<string, [Message, Message]>;
  export default messages;
}
