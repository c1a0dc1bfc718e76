import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { FailurePartsFragment } from "@/gen/schema";
import { currentRow } from "@/ui/shortcuts";
import { type Handling, useHandling } from "./useHandling";

type Selected = ReadonlyMap<string, FailurePartsFragment>;

/** What lies on the desk of whoever works through the feed. */
interface Desk {
  handling: Handling;
  selected: Selected;
  /** Picks failures, or drops them. */
  pick: (failures: readonly FailurePartsFragment[], on: boolean) => void;
  clear: () => void;
  /** Makes a failure known for as long as it is on screen. */
  show: (failure: FailurePartsFragment) => () => void;
  /** The failure whose row has the focus. */
  current: () => FailurePartsFragment | null;
}

const DeskContext = createContext<Desk | null>(null);

const nothing: Selected = new Map();

export function DeskProvider({ children }: { children: ReactNode }) {
  const handling = useHandling();
  const [selected, setSelected] = useState(nothing);
  const shown = useRef(new Map<string, FailurePartsFragment>());
  const fixed = useMemo(
    () => ({
      pick: (failures: readonly FailurePartsFragment[], on: boolean) =>
        setSelected((before) => picked(before, failures, on)),
      clear: () => setSelected(nothing),
      show: (failure: FailurePartsFragment) => {
        shown.current.set(failure.id, failure);
        return () => shown.current.delete(failure.id);
      },
      current: () => shown.current.get(currentRow()?.dataset.row ?? "") ?? null,
    }),
    [],
  );
  return <DeskContext value={{ handling, selected, ...fixed }}>{children}</DeskContext>;
}

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error("useDesk is used outside of the feed");
  return desk;
}

/** Makes a failure known to the desk while its row is on screen. */
export function useOnDesk(failure: FailurePartsFragment): void {
  const { show } = useDesk();
  useEffect(() => {
    const hide = show(failure);
    return () => void hide();
  }, [show, failure]);
}

function picked(
  before: Selected,
  failures: readonly FailurePartsFragment[],
  on: boolean,
): Selected {
  const next = new Map(before);
  for (const failure of failures) {
    if (on) next.set(failure.id, failure);
    else next.delete(failure.id);
  }
  return next;
}
