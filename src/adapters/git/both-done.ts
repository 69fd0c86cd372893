/** Like Promise.all, but rejects only when both have ended, so that neither still writes after a failure was told. */
export async function bothDone<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}
