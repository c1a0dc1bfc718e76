// Every address is relative, so that the page works below any prefix.

const statuses = {
  new: "nova",
  waiting: "aguardando",
  link: "link",
  identified: "identificada",
  approved: "aprovada",
  paid: "paga",
  unpaid: "vencida",
  settled: "baixada à mão",
  canceled: "cancelada",
  refunded: "devolvida",
  contested: "contestada",
  expired: "expirada",
};

const carnetStatuses = { up_to_date: "em dia", unpaid: "em atraso", finished: "finalizado" };

// A boleto made from a link cannot be marked as paid by hand.
function isCard(charge) {
  return charge.card !== null;
}
function isBoleto(charge, action) {
  return charge.card === null && (action.name !== "settle" || charge.link === null);
}

const actions = [
  {
    name: "pay",
    label: "Pagar",
    from: [
      "link",
      "waiting",
      "unpaid",
      "identified",
      "approved",
      "canceled",
      "settled",
      "contested",
      "expired",
    ],
  },
  { name: "overdue", label: "Vencer", from: ["waiting", "approved"], only: isBoleto },
  { name: "expire", label: "Expirar", from: ["link"] },
  { name: "identify", label: "Identificar", from: ["waiting", "unpaid"], only: isBoleto },
  { name: "approve", label: "Aprovar", from: ["waiting", "unpaid"], only: isCard },
  { name: "refuse", label: "Recusar", from: ["waiting", "approved"], only: isCard },
  { name: "settle", label: "Baixar", from: ["waiting", "unpaid"], only: isBoleto },
  { name: "cancel", label: "Cancelar", from: ["new", "link", "waiting", "unpaid", "approved"] },
  { name: "refund", label: "Devolver", from: ["paid", "contested"] },
  { name: "contest", label: "Contestar", from: ["paid"] },
];

// The newest ones; filters reach the others.
const chargesShown = 200;
const recordsShown = 100;

const money = new Intl.NumberFormat("pt-BR", { style: "currency", currency: "BRL" });
const element = (id) => document.getElementById(id);

function announce(text) {
  element("notice").textContent = text;
}

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error || response.statusText);
  return answer;
}

// attempt runs something that a person asked for and says how it went.
async function attempt(done, work, focusAfter) {
  try {
    await work();
    announce(done);
    await refresh();
    const target = focusAfter && element(focusAfter);
    if (target) target.focus();
  } catch (problem) {
    announce(`Não foi possível: ${problem.message}`);
  }
}

function cell(row, text, className) {
  const added = row.insertCell();
  added.textContent = text;
  if (className) added.className = className;
  return added;
}

function day(text) {
  return text ? text.split("-").reverse().join("/") : "";
}

function payer(customer) {
  return customer ? customer.corporate_name || customer.name || "" : "";
}

function emptyRow(body, columns, text) {
  cell(body.insertRow(), text).colSpan = columns;
}

function drawCharges(charges) {
  const body = element("charges");
  body.replaceChildren();
  if (charges.length === 0) emptyRow(body, 7, "Nenhuma cobrança ainda.");
  for (const charge of charges.reverse()) {
    const row = body.insertRow();
    row.id = `charge-${charge.id}`;
    row.tabIndex = -1; // keeps the place of the keyboard when its buttons change
    drawNumber(row.insertCell(), charge.id, charge.pageUrl);
    cell(row, [charge.customId, kindOf(charge)].filter(Boolean).join(" · "));
    cell(row, payer(charge.customer));
    cell(row, money.format((charge.paidValue || charge.total) / 100), "number");
    cell(row, day(charge.expireAt), "number");
    cell(
      row,
      [statuses[charge.status] || charge.status, refundedOf(charge)].filter(Boolean).join(", "),
    );
    drawActions(row.insertCell(), charge);
  }
}

// kindOf says what the charge is when it is no plain boleto.
function kindOf(charge) {
  if (charge.carnetId) return `carnê ${charge.carnetId}, parcela ${charge.parcel}`;
  const kinds = [];
  if (charge.link) kinds.push("link");
  if (charge.card) kinds.push(`cartão ${charge.card.mask} em ${charge.card.installments}x`);
  return kinds.join(", ");
}

function refundedOf(charge) {
  const cents = (charge.refunds || []).reduce((sum, refund) => sum + refund.amount, 0);
  return cents && charge.status !== "refunded" ? `devolvido ${money.format(cents / 100)}` : "";
}

// drawNumber links to the printed boleto, the carnê or the page of a link.
function drawNumber(place, number, address) {
  place.className = "number";
  if (!address) {
    place.textContent = String(number);
    return;
  }
  const link = document.createElement("a");
  link.href = address;
  link.target = "_blank";
  link.rel = "noreferrer";
  link.textContent = String(number);
  place.append(link);
}

function drawCarnets(carnets) {
  const body = element("carnets");
  body.replaceChildren();
  if (carnets.length === 0) emptyRow(body, 7, "Nenhum carnê ainda.");
  for (const carnet of carnets.reverse()) {
    const row = body.insertRow();
    row.id = `carnet-${carnet.id}`;
    row.tabIndex = -1;
    drawNumber(row.insertCell(), carnet.id, carnet.pageUrl);
    cell(row, carnet.customId || "");
    cell(row, payer(carnet.customer));
    cell(row, money.format(carnet.value / 100), "number");
    cell(row, String(carnet.chargeIds.length), "number");
    cell(row, carnetStatuses[carnet.status] || carnet.status);
    drawShowParcels(row.insertCell(), carnet);
  }
}

// drawShowParcels offers to see only the carnê's own charges.
function drawShowParcels(place, carnet) {
  place.className = "actions";
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Ver parcelas";
  button.setAttribute("aria-label", `Ver as parcelas do carnê ${carnet.id}`);
  button.addEventListener("click", () => {
    element("filter-carnet").value = String(carnet.id);
    attempt(`Parcelas do carnê ${carnet.id}.`, async () => {}, "filter-carnet");
  });
  place.append(button);
}

function drawActions(place, charge) {
  place.className = "actions";
  const offered = actions.filter(
    (each) => each.from.includes(charge.status) && (!each.only || each.only(charge, each)),
  );
  for (const action of offered) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.label;
    button.setAttribute("aria-label", `${action.label} a cobrança ${charge.id}`);
    button.addEventListener("click", () =>
      attempt(
        `${action.label}: cobrança ${charge.id}.`,
        () => call("POST", `gerencianet/charges/${charge.id}/${action.name}`),
        `charge-${charge.id}`,
      ),
    );
    place.append(button);
  }
}

function drawOrders(orders) {
  const body = element("orders");
  body.replaceChildren();
  if (orders.length === 0) emptyRow(body, 8, "Nenhum pedido ainda.");
  for (const order of orders.reverse()) {
    const row = rowOf(body, "orders", order.id);
    cell(row, String(order.number), "number");
    cell(row, order.record.nome_cliente);
    cell(
      row,
      (order.items || [])
        .map((item) => `${Number(item.qtde_produto)} × ${item.desc_produto}`)
        .join("; "),
    );
    cell(row, String((order.installments || []).length), "number");
    cell(row, money.format(Number(order.record.valor_total_nota)), "number");
    cell(row, order.record.status_pedido + (order.trashed ? " (lixeira)" : ""));
    cell(row, order.record.obs_interno_pedido);
    drawRecordActions(row.insertCell(), "orders", order, `o pedido ${order.number}`, [
      order.trashed ? ["restore", "Restaurar"] : ["delete", "Apagar"],
      ["status", "Cancelar", { status: "Cancelado" }],
      ["invoice", "Emitir nota", { issue: true }],
    ]);
  }
}

const invoiceKinds = { nfe: "NF-e", nfse: "NFS-e", nfce: "NFC-e" };

const invoiceStates = {
  open: "em aberto",
  pending: "em processamento",
  authorized: "emitida",
  rejected: "rejeitada",
  canceled: "cancelada",
  denied: "denegada",
};

// What may be done to an invoice in each state.
const invoiceActions = {
  open: [["authorize", "Autorizar"]],
  pending: [
    ["authorize", "Autorizar"],
    ["reject", "Rejeitar", { code: "778" }],
    ["deny", "Denegar"],
  ],
  authorized: [
    ["cancel", "Cancelar"],
    ["forget", "Esquecer a autorização"],
  ],
  rejected: [["authorize", "Autorizar"]],
};

function drawInvoices(invoices) {
  const body = element("invoices");
  body.replaceChildren();
  if (invoices.length === 0) emptyRow(body, 7, "Nenhuma nota ainda.");
  for (const invoice of invoices.reverse()) {
    const path = `invoices/${invoice.kind}`;
    const row = rowOf(body, path, invoice.id);
    const name = `${invoiceKinds[invoice.kind]} ${invoice.number}`;
    cell(row, name);
    cell(row, invoice.record.nome_cliente);
    cell(row, money.format(Number(invoice.record.valor_total_nota)), "number");
    cell(row, invoiceStates[invoice.state] + (invoice.trashed ? " (lixeira)" : ""));
    cell(row, invoice.key || invoice.record.nota_codigo_verificacao || "");
    const last = invoice.rejections.at(-1);
    cell(row, last ? `${last.code}: ${last.text}` : "");
    drawRecordActions(
      row.insertCell(),
      path,
      invoice,
      `a nota ${name}`,
      (invoiceActions[invoice.state] || []).filter(
        ([action]) => action !== "deny" || invoice.kind !== "nfse",
      ),
    );
  }
}

function drawReceivables(receivables) {
  const body = element("receivables");
  body.replaceChildren();
  if (receivables.length === 0) emptyRow(body, 7, "Nenhuma conta ainda.");
  for (const one of receivables.reverse()) {
    const row = rowOf(body, "receivables", one.id);
    const settled = one.record.liquidado_rec === "Sim";
    cell(row, String(one.id), "number");
    cell(row, one.record.nome_conta);
    cell(row, day(one.record.vencimento_rec), "number");
    cell(row, money.format(Number(one.record.valor_rec)), "number");
    cell(row, money.format(Number(one.record.valor_pago)), "number");
    cell(row, (settled ? "sim" : "não") + (one.trashed ? " (lixeira)" : ""));
    drawRecordActions(row.insertCell(), "receivables", one, `a conta ${one.id}`, [
      settled ? ["reopen", "Desfazer"] : ["settle", "Liquidar"],
    ]);
  }
}

// rowOf keeps the place of the keyboard when its buttons change.
function rowOf(body, path, id) {
  const row = body.insertRow();
  row.id = `${path}-${id}`;
  row.tabIndex = -1;
  return row;
}

// drawRecordActions offers what a person may do at the screen of Vhsys.
function drawRecordActions(place, path, record, name, offered) {
  place.className = "actions";
  for (const [action, label, body] of offered) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.setAttribute("aria-label", `${label}: ${name}`);
    button.addEventListener("click", () =>
      attempt(
        `${label}: ${name}.`,
        () => call("POST", `vhsys/${path}/${record.id}/${action}`, body),
        `${path}-${record.id}`,
      ),
    );
    place.append(button);
  }
}

function drawFaults(provider, answer) {
  for (const fault of answer.faults) {
    const line = document.createElement("li");
    const left = fault.count < 0 ? "sempre" : `${fault.fired} de ${fault.count}`;
    line.textContent = `${provider}: ${fault.route || "todas as rotas"}, ${fault.kind}, ${left}`;
    element("faults").append(line);
  }
}

async function refresh() {
  const filter = new URLSearchParams(new FormData(element("filter-form")));
  const [clock, charges, carnets, orders, invoices, receivables, gerencianet, vhsys] =
    await Promise.all([
      call("GET", "clock"),
      call("GET", `gerencianet/charges?limit=${chargesShown}&${filter}`),
      call("GET", "gerencianet/carnets"),
      call("GET", `vhsys/orders?limit=${recordsShown}`),
      call("GET", `vhsys/invoices?limit=${recordsShown}`),
      call("GET", `vhsys/receivables?limit=${recordsShown}`),
      call("GET", "gerencianet/faults"),
      call("GET", "vhsys/faults"),
    ]);
  element("now").textContent = new Date(clock.now).toLocaleString("pt-BR", {
    timeZone: "America/Sao_Paulo",
    dateStyle: "full",
    timeStyle: "short",
  });
  drawCharges(charges);
  drawCarnets(carnets);
  drawOrders(orders);
  drawInvoices(invoices);
  drawReceivables(receivables);
  element("faults").replaceChildren();
  drawFaults("Gerencianet", gerencianet);
  drawFaults("Vhsys", vhsys);
}

function faultOf(form) {
  const fault = {
    route: form.get("route"),
    kind: form.get("kind"),
    count: Number(form.get("count")),
  };
  if (form.get("status")) fault.status = Number(form.get("status"));
  if (form.get("body")) fault.body = form.get("body");
  if (form.get("delayMs")) fault.delayMs = Number(form.get("delayMs"));
  return fault;
}

function fillStatuses() {
  element("filter-status").append(new Option("todas", ""));
  for (const [value, label] of Object.entries(statuses))
    element("filter-status").append(new Option(label, value));
}

function listen() {
  element("filter-form").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt("Lista atualizada.", async () => {});
  });
  element("clock-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const days = Number(element("days").value);
    attempt(`O calendário avançou ${days} dia(s).`, () =>
      call("POST", "clock", { advanceDays: days }),
    );
  });
  element("card-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    attempt("Token gerado.", async () => {
      const made = await call("POST", "gerencianet/tokenizer", {
        number: form.get("number"),
        brand: form.get("brand"),
        cvv: "123",
        expirationMonth: "12",
        expirationYear: String(new Date().getFullYear() + 10),
        holderName: "PAGADOR DE TESTE",
      });
      element("card-token").textContent = `${made.payment_token} (${made.card_mask})`;
    });
  });
  element("fault-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    attempt("Falha injetada.", () => call("POST", `${form.get("provider")}/faults`, faultOf(form)));
  });
  element("fault-clear").addEventListener("click", () =>
    attempt("Falhas retiradas.", async () => {
      await call("DELETE", "gerencianet/faults");
      await call("DELETE", "vhsys/faults");
    }),
  );
}

// A click must not land on a row that has just moved, so the page refreshes
// by itself only while nobody is using its controls.
function refreshWhenIdle() {
  const busy = document.activeElement?.closest("main form, main table");
  if (!document.hidden && !busy)
    refresh().catch((problem) => announce(`Sem resposta do simulador: ${problem.message}`));
}

fillStatuses();
listen();
attempt("", async () => {});
setInterval(refreshWhenIdle, 5000);
