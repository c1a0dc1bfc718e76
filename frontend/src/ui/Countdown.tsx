import { useEffect, useState } from "react";
import { useT } from "@/i18n";
import { Moment } from "./Values";

const second = 1_000;

/** How much time is left, each second; read aloud only when somebody asks. */
export function Countdown({ until }: { until: string }) {
  const t = useT();
  const [now, setNow] = useState(() => Date.now());
  const left = Math.max(Math.ceil((Date.parse(until) - now) / second), 0);
  const over = left === 0;
  useEffect(() => {
    if (over) return;
    const timer = setInterval(() => setNow(Date.now()), second);
    return () => clearInterval(timer);
  }, [over]);
  return (
    <span>
      {over ? t("countdown.over") : t("countdown.left", { time: clock(left) })} (
      <Moment value={until} />)
    </span>
  );
}

/** Seconds as days, hours, minutes and seconds: 2d 03:04:05, or 04:05. */
export function clock(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3_600);
  const parts = [Math.floor((seconds % 3_600) / 60), seconds % 60];
  if (days > 0 || hours > 0) parts.unshift(hours);
  const time = parts.map((part) => String(part).padStart(2, "0")).join(":");
  return days > 0 ? `${days}d ${time}` : time;
}
