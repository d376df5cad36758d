/**
 * What `/events` tells of the lesson's server, as JSON. `LessonState` of lesson.ts in
 * words that a page can import: lesson.ts needs the types of Node.
 */
export interface StateMessage {
  status: 'starting' | 'ready' | 'restarting' | 'crashed';
  crash?: {
    message: string;
    file?: string;
    line?: number;
    column?: number;
    details: string;
  };
  pageVersion: number;
  tutorialVersion: number;
  refused?: number[];
}
