import { expect, it } from 'vitest';
import { FairTurns } from '../../src/threads/fair-turns.ts';

it('runs one task at a time, and lets those take turns for whom they are', async () => {
  const turns = new FairTurns();
  const started: string[] = [];
  let running = 0;
  const task = (name: string) => async () => {
    running += 1;
    expect(running).toBe(1);
    started.push(name);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return name;
  };
  const many = ['a1', 'a2', 'a3', 'a4'].map((name) => turns.run('a', task(name)));
  const others = [turns.run('b', task('b1')), turns.run('b', task('b2')), turns.run('c', task('c1'))];
  expect(await Promise.all([...many, ...others])).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']);
  expect(started).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
});

it('goes on after a task that fails', async () => {
  const turns = new FairTurns();
  const failing = turns.run('a', () => Promise.reject(new Error('no')));
  const next = turns.run('a', async () => 'next');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('next');
  expect(await turns.run('b', async () => 'later')).toBe('later');
});
