/**
 * The track diagram: six trains, each on a track of its own. A slider is a
 * train that mouse, finger and keys can move, and that a screen reader knows.
 */

const trains = 6;
const length = 1_000; // steps of a slider

/** @param onMove gets the three bytes of each place that the reader chooses */
export function startTracks(
  parent: HTMLElement,
  onMove: (bytes: Uint8Array<ArrayBuffer>) => void,
) {
  const sliders = Array.from({ length: trains }, (_, train) => {
    const slider = document.createElement('input');
    slider.id = `train-${train + 1}`;
    slider.type = 'range';
    slider.max = String(length);
    slider.value = '0';
    const label = document.createElement('label');
    label.append(`Track ${train + 1}`, slider);
    parent.append(label);

    // More often than the screen is drawn, nobody could see it.
    let isWaiting = false;
    slider.oninput = () => {
      if (isWaiting) return;
      isWaiting = true;
      requestAnimationFrame(() => {
        isWaiting = false;
        const place = Math.round((slider.valueAsNumber / length) * 0xffff);
        onMove(Uint8Array.of(train, place >> 8, place & 0xff));
      });
    };
    return slider;
  });

  return {
    /** Shows where a train is, from the three bytes. */
    show(bytes: ArrayBuffer) {
      const [train = trains, high = 0, low = 0] = new Uint8Array(bytes);
      const slider = sliders[train];
      if (!slider) return;
      // Moved before, it would now be taken back to where the train was.
      slider.disabled = false;
      // Our own hand knows better than another's, of where it was.
      if (slider.matches(':active')) return;
      const place = (high << 8) | low;
      slider.value = String(Math.round((place / 0xffff) * length));
    },
    /** None can be moved until its place has come. */
    disable() {
      for (const slider of sliders) slider.disabled = true;
    },
  };
}
