/** A document that is there to begin with, in a tab of its own. */
export interface Example {
  query: string;
  variables?: string;
}

/** The tab takes the name of its operation. */
export const examples: Example[] = [
  {
    query: `# Quem sou eu, e o que posso? / Who am I, and what may I do?
query Viewer {
  viewer { scopes }
  system { version demo }
}
`,
  },
  {
    query: `query Customers {
  customers(first: 20) { nodes { id name email } }
}
`,
  },
  {
    query: `# Ponha o id de um cliente nas variáveis. / Put a customer's id into the variables.
mutation Sell($input: CreateSaleInput!) {
  createSale(input: $input) {
    sale { id number charges { id status amountCents dueDate } }
    replayed
    userErrors { code field message }
  }
}
`,
    variables: JSON.stringify(
      {
        input: {
          customerId: "cus_…",
          items: [{ description: "Assinatura anual", unitCents: 24000 }],
          installments: 2,
          firstDueDate: inDays(10),
          idempotencyKey: "graphiql-1",
        },
      },
      null,
      2,
    ),
  },
  {
    query: `# Cada cobrança que muda; com um id, uma só. / Every charge that changes; with an id, that one.
subscription FollowCharges($id: ID) {
  chargeChanged(id: $id) { id number status typeableLine link paidCents }
}
`,
  },
  {
    query: `query OverdueCharges($after: Cursor) {
  charges(first: 20, after: $after, filter: { status: [OVERDUE] }) {
    nodes { id number amountCents dueDate customer { name } }
    pageInfo { hasNextPage endCursor }
    totalCount
  }
}
`,
  },
  {
    query: `# Guarde o último cursor e continue dele. / Keep the last cursor and go on from it.
subscription Failures($after: Cursor) {
  failures(after: $after) { cursor kind failure { id code cause remedy } }
}
`,
  },
];

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}
