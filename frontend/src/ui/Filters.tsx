import { Group, TextInput } from "@mantine/core";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useT } from "@/i18n";
import { SearchIcon } from "./icons";

/** The filters above a list. */
export function Filters({ children }: { children: ReactNode }) {
  const t = useT();
  return (
    <Group component="search" aria-label={t("list.filters")} align="flex-end" gap="sm">
      {children}
    </Group>
  );
}

const quietMilliseconds = 300;

interface SearchBoxProps {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

/** A text to look for; it is used when the typing pauses. */
export function SearchBox({ label, value = "", onChange }: SearchBoxProps) {
  const [typed, setTyped] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    // The address changed by itself, for example by going back.
    if (value !== sent.current) setTyped(value);
    sent.current = value;
  }, [value]);
  useEffect(() => {
    const text = typed.trim();
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text;
      onChange(text || undefined);
    }, quietMilliseconds);
    return () => clearTimeout(timer);
  }, [typed, onChange]);
  return (
    <TextInput
      type="search"
      label={label}
      leftSection={<SearchIcon />}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      w={{ base: "100%", xs: 280 }}
    />
  );
}
