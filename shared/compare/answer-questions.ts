/** The other side of `askProcess`: a child process that answers. */

/**
 * Answers each question of the process that has started this one, and ends
 * with it.
 *
 * @param answer what it throws becomes the answer, as `error`
 */
export function answerQuestions<Question, Answer>(
  answer: (question: Question) => Promise<Answer>,
): void {
  // Who has asked may be gone. Then nobody misses the answer.
  const reply = (told: Answer | { error: string }) =>
    process.send!(told, () => {});
  process.on('message', async (question: Question) => {
    try {
      reply(await answer(question));
    } catch (error) {
      reply({ error: String(error) });
    }
  });
  process.once('disconnect', () => process.exit());
  // Ctrl+C reaches all processes of a terminal. When to end says the first.
  process.on('SIGINT', () => {});
}
