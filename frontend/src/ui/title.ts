let page = "";
let unread = 0;

/** Names the browser's tab after the page. */
export function setPageTitle(title: string): void {
  page = title;
  draw();
}

/** Shows in the browser's tab how much is unread. */
export function setUnreadInTitle(count: number): void {
  unread = count;
  draw();
}

function draw(): void {
  const name = page === "" ? "Ponte" : `${page} · Ponte`;
  document.title = unread === 0 ? name : `(${unread > 99 ? "99+" : unread}) ${name}`;
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const address = unread === 0 ? "/favicon.svg" : "/favicon-unread.svg";
  if (icon && icon.getAttribute("href") !== address) icon.setAttribute("href", address);
}
