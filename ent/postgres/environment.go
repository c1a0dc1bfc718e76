package postgres

import "os"

// serverEnvironment returns what the server needs to know of our environment.
// The rest stays away from it: it may hold secrets, or PG variables that are
// meant for another server.
func serverEnvironment() []string {
	environment := []string{"LC_ALL=C"}
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SystemRoot", "LD_LIBRARY_PATH"} {
		if value, ok := os.LookupEnv(name); ok {
			environment = append(environment, name+"="+value)
		}
	}
	return environment
}
