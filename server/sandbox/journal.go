package sandbox

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// journalName is the file inside Options.DataDir.
const journalName = "sandbox.jsonl"

// journalEntry is one line: the whole record as it is after a change. The
// last line of a kind and id is the one that counts.
type journalEntry struct {
	Kind  string          `json:"kind"`
	ID    string          `json:"id"`
	Value json.RawMessage `json:"value"`
}

// journal appends records to a file. A journal without a file forgets them.
// The caller serializes its methods.
type journal struct {
	file *os.File
}

// openJournal returns the latest entry of every record, oldest record first,
// and a journal compacted to exactly those.
func openJournal(dataDir string) (*journal, []journalEntry, error) {
	if dataDir == "" {
		return &journal{}, nil, nil
	}
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return nil, nil, err
	}
	path := filepath.Join(dataDir, journalName)
	entries, err := readJournal(path)
	if err != nil {
		return nil, nil, err
	}
	if err := compactJournal(path, entries); err != nil {
		return nil, nil, err
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600)
	return &journal{file: file}, entries, err
}

// readJournal reads the file, which need not exist.
func readJournal(path string) ([]journalEntry, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return latestEntries(content)
}

// latestEntries keeps the last line of each record in the order in which the
// records first appeared. An unfinished last line, left by a crash, is not an
// entry.
func latestEntries(content []byte) ([]journalEntry, error) {
	var entries []journalEntry
	position := map[string]int{}
	lines := bytes.SplitAfter(content, []byte("\n"))
	for number, line := range lines {
		if !bytes.HasSuffix(line, []byte("\n")) {
			break
		}
		var entry journalEntry
		if err := json.Unmarshal(line, &entry); err != nil {
			return nil, fmt.Errorf("line %d: %w", number+1, err)
		}
		key := entry.Kind + "/" + entry.ID
		if at, known := position[key]; known {
			entries[at] = entry
			continue
		}
		position[key] = len(entries)
		entries = append(entries, entry)
	}
	return entries, nil
}

// compactJournal replaces the file by one that holds only the given entries.
func compactJournal(path string, entries []journalEntry) error {
	temporary := path + ".new"
	file, err := os.OpenFile(temporary, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := writeEntries(file, entries); err != nil {
		return errors.Join(err, file.Close())
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}

// writeEntries writes one line for each entry and makes them durable.
func writeEntries(file *os.File, entries []journalEntry) error {
	buffer := bufio.NewWriter(file)
	encoder := json.NewEncoder(buffer)
	for _, entry := range entries {
		if err := encoder.Encode(entry); err != nil {
			return err
		}
	}
	return errors.Join(buffer.Flush(), file.Sync())
}

// put appends the present state of one record.
func (j *journal) put(kind, id string, value any) error {
	if j.file == nil {
		return nil
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	line, err := json.Marshal(journalEntry{Kind: kind, ID: id, Value: raw})
	if err != nil {
		return err
	}
	_, err = j.file.Write(append(line, '\n'))
	return err
}

// truncate forgets everything.
func (j *journal) truncate() error {
	if j.file == nil {
		return nil
	}
	return j.file.Truncate(0)
}

// close makes the file durable and closes it. The journal forgets from then on.
func (j *journal) close() error {
	if j.file == nil {
		return nil
	}
	file := j.file
	j.file = nil
	return errors.Join(file.Sync(), file.Close())
}
