package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"animo/internal/config"
)

// parse reads settings as animo serve does.
func parse(t *testing.T, file string, args ...string) (config.Config, error) {
	t.Helper()
	var cli struct {
		Serve config.Config `cmd:""`
	}
	options := []kong.Option{config.Vars(), kong.Exit(func(int) { t.Fatal("kong exits") })}
	if file != "" {
		r, err := config.FromFile(strings.NewReader(file))
		if err != nil {
			return cli.Serve, err
		}
		options = append(options, kong.Resolvers(r))
	}
	p, err := kong.New(&cli, options...)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Parse(append([]string{"serve"}, args...))
	return cli.Serve, err
}

func TestConfig_sample_file_says_the_defaults(t *testing.T) {
	sample, err := os.ReadFile("animo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	got, err := parse(t, string(sample))
	if err != nil {
		t.Fatal(err)
	}
	want, err := parse(t, "")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the sample file gives\n%+v, the defaults are\n%+v", got, want)
	}
	if err := got.Validate(); err != nil {
		t.Errorf("the defaults are refused: %v", err)
	}
}

func TestFunctionNames_are_all_in_the_operating_manual(t *testing.T) {
	manual, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(manual), "## Many processes")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, name := range config.FunctionNames() {
		if !strings.Contains(section, "`"+name+"`") {
			t.Errorf("docs/operating.md does not name %s among what a process can run", name)
		}
	}
}

func TestConfig_precedence(t *testing.T) {
	const file = "max-rows: 1\nmax-texts: 1\nmax-text: 1\npauses: [1s, 2s]"
	t.Setenv("ANIMO_MAX_TEXTS", "2")
	t.Setenv("ANIMO_MAX_TEXT", "2")
	got, err := parse(t, file, "--max-text", "3")
	if err != nil {
		t.Fatal(err)
	}
	if got.MaxRows != 1 || got.MaxTexts != 2 || got.MaxText != 3 || got.Trainings != 1 {
		t.Errorf("file, environment, flag, default give %d %d %d %d; want 1 2 3 1", got.MaxRows, got.MaxTexts, got.MaxText, got.Trainings)
	}
	if len(got.Pauses) != 2 || got.Pauses[1] != 2*time.Second {
		t.Errorf("pauses = %v, want 1s 2s", got.Pauses)
	}
}

func TestConfig_refuses(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		args []string
		want []string // parts of the error
	}{
		"a key that is no flag":    {"max-rows: 1\nmax-row-count: 2", nil, []string{"max-row-count"}},
		"broken yaml":              {"max-rows: [", nil, []string{"settings file"}},
		"an unknown function":      {"", []string{"--functions", "api,dance"}, []string{"functions", `"dance"`}},
		"an unknown store":         {"", []string{"--tables", "mysql:x", "--objects", "ftp:"}, []string{"tables", "objects"}},
		"a bucket without slashes": {"", []string{"--objects", "s3:bucket"}, []string{"objects", "s3://BUCKET"}},
		"an unknown broker":        {"", []string{"--bus", "amqp://x"}, []string{"bus"}},
		"an address without port":  {"", []string{"--listen", "localhost"}, []string{"listen"}},
		"a limit of nothing":       {"", []string{"--max-texts", "0", "--keep-versions=-1", "--max-files", "0"}, []string{"max-texts", "keep-versions", "max-files"}},
		"a pause of nothing":       {"upload-pause: 0s\nanswer-pause: 0s", nil, []string{"upload-pause", "answer-pause"}},
		"a row no table takes":     {"", []string{"--max-row", "2000000"}, []string{"max-row"}},
		"work as the purpose":      {"", []string{"--purpose", "work"}, []string{"purpose", "allow-work-education"}},
		"mail without a sender":    {"", []string{"--smtp-host", "smtp.example.com"}, []string{"public-url", "smtp-from"}},
		"mail in the clear":        {"", []string{"--smtp-host", "smtp.example.com", "--smtp-tls", "none"}, []string{"smtp-tls"}},
		"a user without password":  {"", []string{"--smtp-host", "smtp.example.com", "--smtp-user", "animo"}, []string{"smtp-password"}},
		"a link in the clear":      {"", []string{"--public-url", "http://animo.example.com"}, []string{"public-url"}},
		"one pause for 3 attempts": {"", []string{"--pauses", "1s"}, []string{"pauses"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parse(t, c.file, c.args...)
			if err == nil {
				err = got.Validate()
			}
			for _, part := range c.want {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("error %v does not name %q", err, part)
				}
			}
		})
	}
}

func TestDefault_ignores_the_environment(t *testing.T) {
	t.Setenv("ANIMO_MAX_TEXTS", "2")
	if got := config.Default(); got.MaxTexts != 1000 || got.Listen != "127.0.0.1:8080" || got.Validate() != nil {
		t.Errorf("max-texts %d, listen %q", got.MaxTexts, got.Listen)
	}
}

func TestConfig_loopback(t *testing.T) {
	for listen, want := range map[string]bool{
		"127.0.0.1:8080": true, "[::1]:0": true, "localhost:80": true, "127.8.9.1:1": true,
		":8080": false, "0.0.0.0:8080": false, "[::]:80": false, "192.168.1.4:80": false, "example.com:80": false,
	} {
		if got := (&config.Config{Listen: listen}).Loopback(); got != want {
			t.Errorf("Loopback of %s = %v, want %v", listen, got, want)
		}
	}
}

func TestConfig_string_hides_secrets(t *testing.T) {
	if s := (config.Config{MetricsToken: "hush", SMTPPassword: "hush", Stores: config.Stores{MasterKey: "hush"}}).String(); strings.Contains(s, "hush") {
		t.Errorf("%s", s)
	}
}

func TestFromFile_names_the_file_and_the_setting_that_was_meant(t *testing.T) {
	path := filepath.Join(t.TempDir(), "animo.yaml")
	if err := os.WriteFile(path, []byte("max_rows: 5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var c struct {
		config.Config `embed:""`
		File          kong.ConfigFlag
	}
	parser, err := kong.New(&c, config.Vars(), kong.Configuration(config.FromFile))
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse([]string{"--file", path})
	if want := path + ": no such setting: max_rows (did you mean max-rows?)"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %q", err, want)
	}
}

func TestValidate_tables_in_DynamoDB_need_a_bus(t *testing.T) {
	c := config.Default()
	c.Tables = "dynamodb:animo"
	if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "bus") {
		t.Errorf("without one: %v", err)
	}
	c.Bus = "aws:animo"
	if err := c.Validate(); err != nil {
		t.Errorf("with one: %v", err)
	}
}
