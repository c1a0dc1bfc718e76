// The vendor's older client (gn-api-sdk-node), which authorizes before every
// call, has /v1 in its base address and knows nothing of schemas.
import { createRequire } from "node:module";
import { test } from "node:test";
import {
  addresses,
  certificate,
  control,
  credentials,
  day,
  equal,
  item,
  payer,
  unique,
} from "./vendor.mjs";

const require = createRequire(import.meta.url);
const { APIS } = require("gn-api-sdk-node/lib/constants");
APIS.DEFAULT.URL.SANDBOX = `${addresses.charges}/v1`;
APIS.PIX.URL.SANDBOX = addresses.pix;
const Gerencianet = require("gn-api-sdk-node");

const gerencianet = new Gerencianet({
  ...credentials,
  sandbox: true,
  certificate: certificate("homologacao"),
});

test("a boleto from its creation to its cancellation", async () => {
  const metadata = { custom_id: unique("chg"), notification_url: "http://127.0.0.1:9/" };
  const { data } = await gerencianet.createCharge({}, { items: [item()], metadata });
  const id = data.charge_id;
  const banking_billet = { customer: payer(), expire_at: day(20) };
  await gerencianet.definePayMethod({ id }, { payment: { banking_billet } });
  await gerencianet.updateChargeMetadata({ id }, { custom_id: unique("chg") });
  await gerencianet.updateBillet({ id }, { expire_at: day(25) });
  await gerencianet.sendBilletEmail({ id }, { email: "ana@example.com" });
  await gerencianet.createChargeHistory({ id }, { description: "Cliente ligou" });
  const found = await gerencianet.detailCharge({ id });
  equal(found.data.payment.banking_billet.expire_at, day(25));
  await gerencianet.cancelCharge({ id });
  const { token } = await control("GET", `/gerencianet/charges/${id}`);
  const { data: entries } = await gerencianet.getNotification({ token });
  equal(entries.at(-1).status.current, "canceled");
});

test("a boleto in one step, settled", async () => {
  const banking_billet = { customer: payer(), expire_at: day(20) };
  const { data } = await gerencianet.createOneStepCharge(
    {},
    { items: [item()], payment: { banking_billet } },
  );
  await gerencianet.settleCharge({ id: data.charge_id });
  const found = await gerencianet.detailCharge({ id: data.charge_id });
  equal(found.data.status, "settled");
});

test("a carnê", async () => {
  const { data } = await gerencianet.createCarnet(
    {},
    { items: [item()], customer: payer(), expire_at: day(20), repeats: 2 },
  );
  const id = data.carnet_id;
  await gerencianet.updateCarnetMetadata({ id }, { custom_id: unique("crn") });
  await gerencianet.updateCarnetParcel({ id, parcel: 1 }, { expire_at: day(25) });
  await gerencianet.sendCarnetEmail({ id }, { email: "ana@example.com" });
  await gerencianet.sendCarnetParcelEmail({ id, parcel: 2 }, { email: "ana@example.com" });
  await gerencianet.createCarnetHistory({ id }, { description: "Cliente ligou" });
  await gerencianet.settleCarnetParcel({ id, parcel: 1 });
  await gerencianet.cancelCarnetParcel({ id, parcel: 2 });
  const found = await gerencianet.detailCarnet({ id });
  equal(found.data.status, "finished");
});

test("a payment link", async () => {
  const { data } = await gerencianet.createCharge({}, { items: [item()] });
  const id = data.charge_id;
  const settings = { expire_at: day(20), request_delivery_address: false, payment_method: "all" };
  await gerencianet.defineLinkPayMethod({ id }, settings);
  await gerencianet.updateChargeLink({ id }, { ...settings, message: "Obrigado" });
  await gerencianet.sendLinkEmail({ id }, { email: "ana@example.com" });
  const found = await gerencianet.detailCharge({ id });
  equal(found.data.link.message, "Obrigado");
});

test("installments", async () => {
  const { data } = await gerencianet.getInstallments({ total: 9990, brand: "visa" });
  equal(data.installments[0].value, 9990);
});

test("Pix, over mutual TLS", async () => {
  const txid = `01J5Z8K4M2L${String(process.pid).padStart(8, "0")}${Date.now()}`.slice(0, 35);
  const body = {
    calendario: { expiracao: 3600 },
    valor: { original: "123.45" },
    chave: "5f84a4c5-c5cb-4599-9f13-7eb4d419dacc",
  };
  const made = await gerencianet.pixCreateCharge({ txid }, body);
  const { received } = await control("POST", `/pix/charges/${txid}/pay`, {});
  const { e2eId } = received[0];
  const found = await gerencianet.pixDetailCharge({ txid });
  equal([found.status, found.pix[0].endToEndId], ["CONCLUIDA", e2eId]);
  const qr = await gerencianet.pixGenerateQRCode({ id: made.loc.id });
  equal(qr.qrcode, made.pixCopiaECola);
  const refund = await gerencianet.pixDevolution({ e2eId, id: "R1" }, { valor: "7.89" });
  equal(refund.status, "EM_PROCESSAMENTO");
});
