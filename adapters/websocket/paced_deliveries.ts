import { defer, map, type Observable } from "rxjs";
import type { Delivery } from "../../streams/delivery.ts";

/** How a source is held back. */
export interface Pace {
  /** The source is paused while so many deliveries are not done, 1 or more; it goes on when half of them are. */
  readonly inFlight: number;
  readonly pause: () => void;
  readonly resume: () => void;
}

/** Values as deliveries, of which no more than `inFlight` are open, where the source emits nothing while it is paused. */
export function pacedDeliveries<T>(
  { inFlight, pause, resume }: Pace,
): (source: Observable<T>) => Observable<Delivery<T>> {
  const low = Math.floor(inFlight / 2);
  return (source) =>
    defer(() => {
      let open = 0;
      let paused = false;
      const close = () => {
        open--;
        if (!paused || open > low) return;
        paused = false;
        resume();
      };
      return source.pipe(map((value): Delivery<T> => {
        open++;
        if (open >= inFlight && !paused) {
          paused = true;
          pause();
        }
        let isOpen = true;
        return {
          value,
          done() {
            if (!isOpen) return;
            isOpen = false;
            close();
          },
        };
      }));
    });
}
