// The Pix API, over mutual TLS with the certificate as the provider hands it out.
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { test } from "node:test";
import {
  accepts,
  ask,
  call,
  certificate,
  client,
  control,
  day,
  equal,
  file,
  refusal,
  until,
} from "./vendor.mjs";

const chave = "40a0932d-1918-4eee-845d-35a2da1690dc";
const period = { inicio: "2020-01-01T00:00:00Z", fim: "2099-12-31T23:59:59Z" };
const devedor = { cpf: "52998224725", nome: "Ana Maria Souza" };

let last = 0;
const newTxid = () =>
  `01J5Z8K4M2${String(process.pid).padStart(8, "0")}${String(++last).padStart(8, "0")}`;

const body = (original = "123.45") => ({
  calendario: { expiracao: 3600 },
  devedor,
  valor: { original },
  chave,
  solicitacaoPagador: "Mensalidade",
  infoAdicionais: [{ nome: "Pedido", valor: "42" }],
});

const dueBody = () => ({
  calendario: { dataDeVencimento: day(10), validadeAposVencimento: 30 },
  devedor: { ...devedor, logradouro: "Rua A", cidade: "Ouro Preto", uf: "MG", cep: "35400000" },
  valor: {
    original: "100.00",
    multa: { modalidade: 2, valorPerc: "2.00" },
    juros: { modalidade: 3, valorPerc: "1.00" },
    desconto: { modalidade: 1, descontoDataFixa: [{ data: day(5), valorPerc: "5.00" }] },
  },
  chave,
});

/** A charge that was paid, and the end-to-end id of its payment. */
async function paid() {
  const txid = newTxid();
  await call("pixCreateCharge", { txid }, body());
  const { received } = await control("POST", `/pix/charges/${txid}/pay`, {});
  return { txid, e2eId: received[0].e2eId };
}

test("a certificate of the other environment is refused", async () => {
  const wrong = client({ certificate: certificate("producao") });
  const error = await refusal(wrong.pixDetailCharge({ txid: newTxid() }));
  equal(error.message, "Verifique sandbox e certificate para o ambiente desejado.");
});

test("wrong credentials", async () => {
  const wrong = client({ client_secret: "wrong" });
  equal((await refusal(wrong.pixDetailCharge({ txid: newTxid() }))).error, "invalid_client");
});

test("cob with our txid", async () => {
  const txid = newTxid();
  const made = await call("pixCreateCharge", { txid }, body());
  equal([made.txid, made.status, made.revisao], [txid, "ATIVA", 0]);
  equal((await refusal(ask("pixCreateCharge", { txid }, body()))).nome, "txid_duplicado");
  const changed = await call(
    "pixUpdateCharge",
    { txid },
    { devedor, valor: { original: "99.90" } },
  );
  equal([changed.revisao, changed.valor.original], [1, "99.90"]);
  equal((await call("pixDetailCharge", { txid, revisao: 0 })).valor.original, "123.45");
  await call("pixUpdateCharge", { txid }, { devedor, status: "REMOVIDA_PELO_USUARIO_RECEBEDOR" });
  equal((await call("pixDetailCharge", { txid })).status, "REMOVIDA_PELO_USUARIO_RECEBEDOR");
});

test("cob with the provider's txid", async () => {
  const { txid } = await call("pixCreateImmediateCharge", body());
  equal(txid.length, 32);
});

test("cob without a debtor", async () => {
  const { devedor: _, ...rest } = body();
  await call("pixCreateImmediateCharge", rest);
});

test("a cob that does not exist", async () => {
  equal(
    (await refusal(ask("pixDetailCharge", { txid: newTxid() }))).nome,
    "cobranca_nao_encontrada",
  );
});

test("a paid cob, alone and in the list", async () => {
  const { txid, e2eId } = await paid();
  const found = await call("pixDetailCharge", { txid });
  equal([found.status, found.pix[0].endToEndId], ["CONCLUIDA", e2eId]);
  const query = {
    ...period,
    status: "CONCLUIDA",
    cpf: devedor.cpf,
    "paginacao.itensPorPagina": 1000,
  };
  const { cobs } = await call("pixListCharges", query);
  equal(cobs.filter((one) => one.txid === txid).length, 1);
});

test("cobv", async () => {
  const txid = newTxid();
  const made = await call("pixCreateDueCharge", { txid }, dueBody());
  equal(made.status, "ATIVA");
  const changed = await call("pixUpdateDueCharge", { txid }, { valor: { original: "200.00" } });
  equal(changed.valor.multa.valorPerc, "2.00");
  await call("pixDetailDueCharge", { txid });
  await control("POST", `/pix/charges/${txid}/pay`, {});
  equal((await call("pixDetailDueCharge", { txid })).pix[0].valor, "195.00");
  const { cobs } = await call("pixListDueCharges", { ...period, status: "CONCLUIDA" });
  equal(
    cobs.some((one) => one.txid === txid),
    true,
  );
});

test("a cobv that is refused", async () => {
  const wrong = dueBody();
  wrong.calendario.dataDeVencimento = "2020-01-01";
  const error = await refusal(ask("pixCreateDueCharge", { txid: newTxid() }, wrong));
  equal(error.type, "https://pix.bcb.gov.br/api/v2/error/CobVOperacaoInvalida");
});

test("loc", async () => {
  const { id } = await call("pixCreateLocation", { tipoCob: "cob" });
  const txid = newTxid();
  const made = await call("pixCreateCharge", { txid }, { ...body(), loc: { id } });
  equal((await call("pixDetailLocation", { id })).txid, txid);
  equal((await call("pixGenerateQRCode", { id })).qrcode, made.pixCopiaECola);
  await call("pixLocationList", { ...period, tipoCob: "cob", txIdPresente: true });
  equal((await call("pixUnlinkTxidLocation", { id })).txid, undefined);
});

test("received Pix", async () => {
  const { txid, e2eId } = await paid();
  const found = await call("pixDetailReceived", { e2eId });
  equal([found.txid, found.gnExtras.tarifa], [txid, "1.19"]);
  const { pix } = await call("pixReceivedList", { ...period, txid, txIdPresente: true });
  equal(pix.length, 1);
});

test("a fee inside a charge, which the vendor's schema refuses", async () => {
  const { txid } = await paid();
  const show = (feeInCharges) => control("PUT", "/pix/settings", { feeInCharges });
  await show(true);
  const found = await ask("pixDetailCharge", { txid });
  await show(false);
  equal(found.pix[0].gnExtras, { tarifa: "1.19" });
  equal(accepts("pixDetailCharge", found), false);
  equal(accepts("pixDetailCharge", await ask("pixDetailCharge", { txid })), true);
});

test("devolução", async () => {
  const { txid, e2eId } = await paid();
  const made = await call("pixDevolution", { e2eId, id: "R1" }, { valor: "7.89" });
  equal(made.status, "EM_PROCESSAMENTO");
  const error = await refusal(ask("pixDevolution", { e2eId, id: "R1" }, { valor: "7.89" }));
  equal(error.nome, "devolucao_id_duplicado");
  const asked = () => call("pixDetailDevolution", { e2eId, id: "R1" });
  await until(asked, ({ status }) => status === "DEVOLVIDO");
  await call("pixDetailReceived", { e2eId });
  await call("pixReceivedList", { ...period, txid, devolucaoPresente: true });
  equal((await call("pixDetailCharge", { txid })).pix[0].devolucoes.length, 1);
});

/** Our side of a webhook: its address, and the calls that came in. */
async function receiver(t, server) {
  const calls = [];
  server.on("request", (request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      calls.push({ url: request.url, body: JSON.parse(Buffer.concat(parts)) });
      response.end();
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return { calls, path: `//127.0.0.1:${server.address().port}/hook?hmac=xyz&ignorar=` };
}

/** Waits for so many calls. */
const arrived = (calls, count) =>
  until(
    async () => calls.length,
    (length) => length === count,
  );

test("webhook over mutual TLS", async (t) => {
  const pair = file("localhost.pem");
  const tls = { key: pair, cert: pair, ca: file("ca.pem"), requestCert: true };
  const { calls, path } = await receiver(t, createSecureServer(tls));
  const webhookUrl = `https:${path}`;
  await call("pixConfigWebhook", { chave }, { webhookUrl });
  equal(
    calls.map(({ body }) => body.evento),
    ["teste_webhook"],
  );
  equal((await call("pixDetailWebhook", { chave })).webhookUrl, webhookUrl);
  equal((await call("pixListWebhook", period)).webhooks.length, 1);
  const { e2eId } = await paid();
  await arrived(calls, 2);
  equal(calls[1].url, "/hook?hmac=xyz&ignorar=/pix");
  equal(calls[1].body.pix[0].endToEndId, e2eId);
  await ask("pixResendWebhook", { tipo: "PIX_RECEBIDO", e2eids: [e2eId] });
  await arrived(calls, 3);
  await ask("pixDeleteWebhook", { chave });
  equal((await call("pixListWebhook", period)).webhooks, []);
});

test("webhook that does not ask for a certificate", async (t) => {
  const pair = file("localhost.pem");
  const { path } = await receiver(t, createSecureServer({ key: pair, cert: pair }));
  const registration = ask("pixConfigWebhook", { chave }, { webhookUrl: `https:${path}` });
  equal((await refusal(registration)).nome, "webhook_invalido");
});

test("webhook without mutual TLS, of a key that needs escaping", async (t) => {
  const { path } = await receiver(t, createServer());
  const webhookUrl = `http:${path}`;
  const key = { chave: "a@b.co" };
  equal((await refusal(ask("pixConfigWebhook", key, { webhookUrl }))).nome, "valor_invalido");
  const skipping = client({ validateMtls: false });
  equal(await skipping.pixConfigWebhook(key, { webhookUrl }), { webhookUrl });
  equal((await call("pixDetailWebhook", key)).chave, "a@b.co");
  await ask("pixDeleteWebhook", key);
  equal((await refusal(ask("pixDetailWebhook", key))).nome, "webhook_nao_encontrado");
});
