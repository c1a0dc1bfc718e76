#!/usr/bin/env bash
# Reads: what the token may do, all overdue charges page by page, the same as a table,
# and the schema.
#
# Needs PONTE_URL, and PONTE_TOKEN with the scopes CHARGES_READ and SCHEMA_READ.
set -euo pipefail

: "${PONTE_URL:?}" "${PONTE_TOKEN:?}"

ask() {
  curl --silent --show-error --fail-with-body "$PONTE_URL/graphql" \
    -H "Authorization: Bearer $PONTE_TOKEN" \
    -H 'Content-Type: application/json' \
    --data "$1"
}

ask '{"query": "{ viewer { scopes } }"}'

after=null
while
  page=$(ask '{
    "query": "query($after: Cursor) { charges(first: 100, after: $after, filter: {status: [OVERDUE]}) { nodes { number amountCents dueDate } pageInfo { hasNextPage endCursor } } }",
    "variables": {"after": '"$after"'}
  }')
  echo "$page"
  [[ $page == *'"hasNextPage":true'* ]]
do
  after=$(echo "$page" | grep -o '"endCursor":"[^"]*"' | cut -d : -f 2-)
done

curl --silent --show-error --fail-with-body --get "$PONTE_URL/export/charges.csv" \
  -H "Authorization: Bearer $PONTE_TOKEN" \
  -H 'Accept-Language: pt-BR' \
  --data-urlencode 'variables={"filter":{"status":["OVERDUE"]}}'

curl --silent --show-error --fail-with-body "$PONTE_URL/schema.graphql" \
  -H "Authorization: Bearer $PONTE_TOKEN"
