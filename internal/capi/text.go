package capi

import "github.com/cf-process/terraform-provider-cf/internal/redact"

// Text is a text of the API that may be shown: a state, a detail, a name.
// Formatted in any way, it is on one line, without control characters and
// bounded, regardless of what the server sent. The client redacts secrets when it
// reads it. The raw text, for a Terraform value, is string(t).
type Text string

// textMax is how many characters of a Text are shown.
const textMax = 2000

// String returns the text as a message or a log can show it.
func (t Text) String() string { return redact.Clean(string(t), textMax) }

// mask redacts the secrets of the run in texts that a hostile server may have
// filled with them.
func (c *Client) mask(texts ...*Text) {
	for _, text := range texts {
		if text != nil {
			*text = Text(c.secrets.Clean(string(*text)))
		}
	}
}

// Quote returns a text of the API as a message can show it: on one line, with at
// most limit characters, and without the secrets of the run.
func (c *Client) Quote(text string, limit int) string { return c.secrets.Quote(text, limit) }
