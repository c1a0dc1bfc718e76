#!/usr/bin/env bash
# Sells in two boletos and follows the first one until it is issued. Run it again with
# the same ORDER: it is the same sale.
#
# Needs PONTE_URL, and PONTE_TOKEN with the scopes CUSTOMERS_WRITE, SALES_WRITE and
# CHARGES_READ.
set -euo pipefail

: "${PONTE_URL:?}" "${PONTE_TOKEN:?}"
ORDER=${ORDER:-1001}
CENTS=${CENTS:-24000} # Gerencianet refuses a fourth charge of one payer, amount and day
TAX_ID=${TAX_ID:-123.456.789-09}
DUE=${DUE:-$(date -d '10 days' +%F 2>/dev/null || date -v +10d +%F)}

ask() {
  curl --silent --show-error --fail-with-body "$PONTE_URL/graphql" \
    -H "Authorization: Bearer $PONTE_TOKEN" \
    -H 'Content-Type: application/json' \
    --data "$1"
}

# first answers the first id with a prefix, for example cus.
first() { grep -o "\"$1_[^\"]*\"" | head -n 1 | tr -d '"'; }

customer=$(ask '{
  "query": "mutation($rows: [SaveCustomerInput!]!) { importCustomers(input: {rows: $rows}) { rows { outcome id userErrors { code field message } } } }",
  "variables": {"rows": [{"name": "Maria Souza", "taxId": "'"$TAX_ID"'", "email": "maria@example.com"}]}
}' | first cus)

answer=$(ask '{
  "query": "mutation($input: CreateSaleInput!) { createSale(input: $input) { sale { id charges { id status amountCents dueDate } } replayed userErrors { code field message } } }",
  "variables": {"input": {
    "customerId": "'"$customer"'",
    "items": [{"description": "Assinatura anual", "unitCents": '"$CENTS"'}],
    "paymentMethod": "BOLETO", "installments": 2, "firstDueDate": "'"$DUE"'",
    "idempotencyKey": "pedido-'"$ORDER"'"
  }}
}')
echo "$answer"
charge=$(echo "$answer" | first chg)

# The stream tells the charge as it is now, and then each change, until we leave it.
exec 3< <(exec curl --silent --no-buffer "$PONTE_URL/graphql" \
  -H "Authorization: Bearer $PONTE_TOKEN" \
  -H 'Content-Type: application/json' \
  -H 'Accept: text/event-stream' \
  --data '{
    "query": "subscription($id: ID) { chargeChanged(id: $id) { status typeableLine link } }",
    "variables": {"id": "'"$charge"'"}
  }')
grep --line-buffered --max-count=1 -E '"typeableLine":"|"FAILED"' <&3
kill $!
