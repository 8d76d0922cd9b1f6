import type { GenerationStore } from '../../store/generation.ts';

export interface NewestGeneration {
  readonly number: number;
  /** Documents by resource type. */
  readonly documents: ReadonlyMap<string, number>;
}

/** The generation that new tenants get, or undefined before the first ingest. */
export async function newestGeneration(generations: GenerationStore): Promise<NewestGeneration | undefined> {
  const sealed = (await generations.list()).filter(({ state }) => state === 'sealed');
  const number = Math.max(0, ...sealed.map((generation) => generation.number));
  return number === 0 ? undefined : { number, documents: await generations.counts(number) };
}
