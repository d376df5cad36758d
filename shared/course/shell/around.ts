/** What a shell may ask of the course around it; the home page makes it. */
export interface AroundShell {
  /**
   * Where the home page is. Starts it where it does not run yet.
   *
   * @throws Error with a sentence for the learner
   */
  home(): Promise<string>;
  /**
   * Starts a lesson, or finds the one that runs.
   *
   * @param name of its folder: `sse`
   * @returns where its tutorial is
   * @throws Error with a sentence for the learner
   */
  startLesson(name: string): Promise<string>;
  /**
   * Starts an exercise, or finds the one that runs.
   *
   * @param id `sse/1`
   * @returns where its task is
   * @throws Error with a sentence for the learner
   */
  startExercise(id: string): Promise<string>;
  /** Where that is which runs now, by the name of a lesson or an exercise's id. */
  running(): ReadonlyMap<string, string>;
  /**
   * Says where something runs that its caller started, and ends.
   *
   * @returns to be called when it has ended
   */
  adopt(name: string, url: string): () => void;
}
