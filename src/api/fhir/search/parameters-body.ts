import { z } from 'zod';

const value = z.union([z.string(), z.number(), z.boolean()]);

const parameter = z
  .strictObject({
    name: z.string(),
    valueCode: value.optional(),
    valueDate: value.optional(),
    valueInstant: value.optional(),
    valueInteger: value.optional(),
    valueString: value.optional(),
  })
  .transform(({ name, ...values }, context) => {
    const [only, ...others] = Object.values(values).filter((one) => one !== undefined);
    if (only === undefined || others.length > 0) {
      context.addIssue({ code: 'custom', message: `the parameter ${name} has one value` });
      return z.NEVER;
    }
    return { name, value: String(only) };
  });

/** A Parameters resource whose parameters have one primitive value each. */
export const parametersBody = z.strictObject({
  resourceType: z.literal('Parameters'),
  id: z.string().optional(),
  parameter: z.array(parameter).default([]),
});
