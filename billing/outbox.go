package billing

// topicMessages rings when something may have to go out.
const topicMessages = "messages"
