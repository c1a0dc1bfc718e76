package billing_test

import "time"

const ms = time.Millisecond
