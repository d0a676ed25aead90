import openapiTypes, { astToString, COMMENT_HEADER } from "openapi-typescript";

/**
 * The types of a client of the API, from its OpenAPI document. In a workspace of its own, because the generator stands on the TypeScript
 * 5 compiler's library, which TypeScript 7 has not.
 */
export async function clientTypes(document: object): Promise<string> {
  const made = await openapiTypes(document as Parameters<typeof openapiTypes>[0], {
    // What has a default may be left out of a request.
    defaultNonNullable: false,
  });
  return COMMENT_HEADER + astToString(made);
}
