// Moves through the steps of a picture: the slider's number goes into the hidden input that Vega binds to
// the picture's parameter. The server hears of it when the slider is let go, or the film has stopped.
const EVERY = 80; // milliseconds
const FRAMES = 120; // at most, from the first step to the last

export default function ({ data, parentElement, setStateValue }) {
  const [button, slider, number] = ["button", "input", "output"].map((tag) => parentElement.querySelector(tag));
  const { chart, label, play, pause, last, at } = data;
  slider.max = last;
  slider.ariaLabel = label;
  parentElement.querySelector("span").textContent = label;

  const show = () => {
    number.textContent = slider.value;
    const bound = document.querySelector(`.st-key-${chart} .vega-bind input`);
    if (bound && bound.value !== slider.value) {
      bound.value = slider.value;
      bound.dispatchEvent(new Event("input"));
    }
  };
  const turn = (on) => {
    clearInterval(slider.timer);
    slider.timer = on && setInterval(forward, EVERY);
    button.textContent = on ? "❚❚" : "▶";
    button.ariaLabel = on ? pause : play;
  };
  const stop = () => {
    turn(false);
    setStateValue("at", Number(slider.value));
  };
  const forward = () => {
    slider.value = Number(slider.value) + Math.ceil(last / FRAMES);
    show();
    if (Number(slider.value) >= last) stop();
  };

  button.onclick = () => {
    if (slider.timer) return stop();
    if (Number(slider.value) >= last) slider.value = 0;
    turn(true);
  };
  slider.oninput = show;
  slider.onchange = stop;
  if (!slider.timer) {
    if (slider.at !== at) slider.value = at;
    turn(false);
  }
  slider.at = at;
  show();
  // A picture that is drawn after this, or anew, begins with the first step.
  slider.pictures?.disconnect();
  slider.pictures = new MutationObserver(show);
  slider.pictures.observe(document.body, { childList: true, subtree: true });
  return () => {
    clearInterval(slider.timer);
    slider.pictures.disconnect();
  };
}
