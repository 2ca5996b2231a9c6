/** Asks each question once. For answers that stay the same as long as we run, such as what a program of the host supports. */
export function remembered<Q, A>(ask: (question: Q) => Promise<A>): (question: Q) => Promise<A> {
  const answers = new Map<string, Promise<A>>();
  return (question) => {
    const key = JSON.stringify(question);
    const answer = answers.get(key) ?? ask(question);
    answers.set(key, answer);
    return answer;
  };
}
