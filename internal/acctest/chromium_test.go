package acctest_test

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// browsers are the names under which a Chromium is looked for.
var browsers = []string{"chromium", "chromium-browser", "google-chrome", "chrome"}

// browserTimeout bounds a command of the browser.
const browserTimeout = 2 * time.Minute

// findBrowser returns the path of Chromium, or "" if it is not on the PATH. The
// tests drive it over two pipes, which Go cannot pass to a process on Windows.
func findBrowser() string {
	if runtime.GOOS == "windows" {
		return ""
	}
	for _, name := range browsers {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// browser is a headless Chromium with one page. It speaks the DevTools protocol
// on its file descriptors 3 and 4, where each message ends with a zero byte.
// https://chromedevtools.github.io/devtools-protocol/
type browser struct {
	*testing.T
	commands io.WriteCloser
	messages *bufio.Reader
	session  string
	last     int
}

type devtoolsMessage struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// startBrowser starts the Chromium at path and opens an empty page in it. Both
// end with the test.
func startBrowser(t *testing.T, path string) *browser {
	t.Helper()
	theirCommands, commands, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	messages, theirMessages, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	// Its profile cannot be in t.TempDir: the browser's other processes may
	// still write there when the test ends.
	profile, err := os.MkdirTemp("", "terraform-provider-cf-browser-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-quic",
		"--no-first-run", "--disable-sync", "--disable-background-networking", "--disable-component-update",
		"--disable-dev-shm-usage", "--hide-scrollbars", "--user-data-dir="+profile, "about:blank")
	cmd.ExtraFiles = []*os.File{theirCommands, theirMessages}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = theirCommands.Close(), theirMessages.Close()
	b := &browser{T: t, commands: commands, messages: bufio.NewReader(messages)}
	// Kill a browser that hangs, so that reads from it end.
	watch := time.AfterFunc(browserTimeout*3, func() { _ = cmd.Process.Kill() })
	t.Cleanup(func() {
		_ = commands.Close() // the browser exits without its pipe
		kill := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		kill.Stop()
		watch.Stop()
		_ = messages.Close()
		_ = os.RemoveAll(profile)
	})

	var target struct {
		ID string `json:"targetId"`
	}
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct {
		Session string `json:"sessionId"`
	}
	b.call("Target.attachToTarget", map[string]any{"targetId": target.ID, "flatten": true}, &attached)
	b.session = attached.Session
	return b
}

// call sends a command, reads until its response, and decodes that into result
// unless result is nil.
func (b *browser) call(method string, params map[string]any, result any) {
	b.Helper()
	b.last++
	message := map[string]any{"id": b.last, "method": method}
	if params != nil {
		message["params"] = params
	}
	if b.session != "" {
		message["sessionId"] = b.session
	}
	content, err := json.Marshal(message)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := b.commands.Write(append(content, 0)); err != nil {
		b.Fatalf("%s: got error %v, want the command written", method, err)
	}
	for {
		answer := b.next(method)
		if answer.ID != b.last {
			continue // an event
		}
		if answer.Error != nil {
			b.Fatalf("%s: got the error %.500s, want none", method, answer.Error.Message)
		}
		if result != nil {
			if err := json.Unmarshal(answer.Result, result); err != nil {
				b.Fatalf("%s: got error %v, want a result that decodes", method, err)
			}
		}
		return
	}
}

// next reads a message of the browser.
func (b *browser) next(waitingFor string) devtoolsMessage {
	b.Helper()
	content, err := b.messages.ReadBytes(0)
	if err != nil {
		b.Fatalf("%s: got error %v, want a message of the browser", waitingFor, err)
	}
	var message devtoolsMessage
	if err := json.Unmarshal(content[:len(content)-1], &message); err != nil {
		b.Fatal(err)
	}
	return message
}

// open shows a file at a width in CSS pixels, in the light or the dark scheme.
func (b *browser) open(path string, width int, scheme string) {
	b.Helper()
	absolute, err := filepath.Abs(path)
	if err != nil {
		b.Fatal(err)
	}
	b.media("screen", scheme)
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{
		"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false,
	}, nil)
	// An empty page in between: Chromium does not load an address again if only its
	// fragment differs.
	for _, address := range []string{"about:blank", "file://" + absolute} {
		b.call("Page.navigate", map[string]any{"url": address}, nil)
		b.eval(nil, `new Promise((done) => document.readyState === "complete" ? done() : addEventListener("load", () => done()))`)
	}
	// The report unpacks its findings after it is loaded.
	b.eval(nil, `new Promise((done) => {
	  const look = () => document.body.dataset.drawn ? done() : setTimeout(look, 5);
	  look();
	})`)
}

func (b *browser) media(media, scheme string) {
	b.Helper()
	b.call("Emulation.setEmulatedMedia", map[string]any{
		"media": media, "features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}},
	}, nil)
}

// eval evaluates an expression in the page, awaits it if it is a promise, and
// decodes its value into result unless result is nil.
func (b *browser) eval(result any, expression string) {
	b.Helper()
	var answer struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		Exception *struct {
			Text      string `json:"text"`
			Exception struct {
				Description string `json:"description"`
			} `json:"exception"`
		} `json:"exceptionDetails"`
	}
	b.call("Runtime.evaluate", map[string]any{
		"expression": expression, "returnByValue": true, "awaitPromise": true,
	}, &answer)
	if answer.Exception != nil {
		b.Fatalf("evaluate %.300s: got the exception %.200s %.500s, want none", expression, answer.Exception.Text, answer.Exception.Exception.Description)
	}
	if result != nil {
		if err := json.Unmarshal(answer.Result.Value, result); err != nil {
			b.Fatalf("evaluate %.300s: got the value %.300s, want one that decodes: %v", expression, answer.Result.Value, err)
		}
	}
}

// keyCodes are the codes of the keys that press knows.
var keyCodes = map[string]int{"Tab": 9, "Enter": 13, " ": 32}

// press presses and releases keys.
func (b *browser) press(keys ...string) {
	b.Helper()
	for _, key := range keys {
		event := map[string]any{"key": key, "code": strings.Replace(key, " ", "Space", 1), "windowsVirtualKeyCode": keyCodes[key]}
		switch key {
		case "Enter":
			event["text"] = "\r"
		case " ":
			event["text"] = " "
		}
		event["type"] = "keyDown"
		b.call("Input.dispatchKeyEvent", event, nil)
		event["type"] = "keyUp"
		delete(event, "text")
		b.call("Input.dispatchKeyEvent", event, nil)
	}
}
