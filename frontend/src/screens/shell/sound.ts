import { preference } from "@/ui/preferences";

const pauseMilliseconds = 5_000;
let context: AudioContext | null = null;

/**
 * A short, soft tone, when somebody has switched it on. Of several tabs one plays,
 * and however many failures come, it plays once in a few seconds.
 */
export function chime(): void {
  if (!preference("sound")) return;
  void navigator.locks?.request("ponte-chime", { ifAvailable: true }, async (lock) => {
    if (lock === null) return;
    play();
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
  });
}

/** Lets somebody hear what was switched on. */
export function play(): void {
  if (typeof AudioContext === "undefined") return;
  context ??= new AudioContext();
  void context.resume();
  for (const [index, frequency] of [659.25, 523.25].entries()) tone(context, frequency, index);
}

/** One of the two notes, which swells and fades so that it does not click. */
function tone(audio: AudioContext, frequency: number, index: number): void {
  const start = audio.currentTime + index * 0.16;
  const volume = audio.createGain();
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.12, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, start + 0.3);
  volume.connect(audio.destination);
  const voice = audio.createOscillator();
  voice.frequency.value = frequency;
  voice.connect(volume);
  voice.start(start);
  voice.stop(start + 0.32);
}
