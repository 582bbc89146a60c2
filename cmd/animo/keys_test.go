package main

import "testing"

func TestKeys_list_shows_a_note_that_would_control_the_terminal_in_quotes(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	t.Chdir(t.TempDir())
	check(t, []string{"keys", "add", "--note", "desk\x1b[2J"}, 0, "animo_…", "…")
	check(t, []string{"keys", "list"}, 0, "KEY…\nanimo_…  default  API   …Z  \"desk\\x1b[2J\"", "")
}
