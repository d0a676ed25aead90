/**
 * Work that is not done twice at once in this process. Called while it is under way it begins once more after its end, because what was called
 * for may have come too late to be seen, and the caller does not wait.
 */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running = false;
  let again = false;
  return async () => {
    again = true;
    if (running) return;
    running = true;
    try {
      while (again) {
        again = false;
        await work();
      }
    } finally {
      running = false;
    }
  };
}
