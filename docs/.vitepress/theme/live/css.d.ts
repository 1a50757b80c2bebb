/** Styles as text: the bundler reads them. */
declare module "*.css" {
  const text: string
  export default text
}
