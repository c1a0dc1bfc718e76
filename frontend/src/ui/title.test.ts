import { describe, expect, it } from "vitest";
import { setPageTitle, setUnreadInTitle } from "./title";

describe("the browser's tab", () => {
  it("names the page and counts what is unread, in whichever order they come", () => {
    document.head.innerHTML = '<link rel="icon" href="/favicon.svg">';
    const icon = () => document.querySelector("link")?.getAttribute("href");
    setUnreadInTitle(3);
    expect(document.title).toBe("(3) Ponte");
    setPageTitle("Vendas");
    expect(document.title).toBe("(3) Vendas · Ponte");
    expect(icon()).toBe("/favicon-unread.svg");
    setUnreadInTitle(120);
    expect(document.title).toBe("(99+) Vendas · Ponte");
    setUnreadInTitle(0);
    expect(document.title).toBe("Vendas · Ponte");
    expect(icon()).toBe("/favicon.svg");
  });
});
