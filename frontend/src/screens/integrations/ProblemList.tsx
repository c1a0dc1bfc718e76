import { Alert, List } from "@mantine/core";

interface Props {
  title: string;
  problems: readonly { message: string }[];
}

/** What is missing, each with its remedy. */
export function ProblemList({ title, problems }: Props) {
  if (problems.length === 0) return null;
  return (
    <Alert color="orange" variant="outline" title={title}>
      <List size="sm" spacing={4}>
        {problems.map(({ message }) => (
          <List.Item key={message}>{message}</List.Item>
        ))}
      </List>
    </Alert>
  );
}
