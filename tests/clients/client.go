// Go's net/http against cmdr, by the rows of checks.json. `client ROWS`
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// docs: begin

// send asks until it is answered: the same key makes it the same command, however often it is sent.
func send(client *http.Client, url string, command []byte, key string) (*http.Response, error) {
	for attempt := 0; attempt < 8; attempt++ {
		wait := 1
		req, err := http.NewRequest("POST", url, bytes.NewReader(command))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", `"`+key+`"`)
		r, err := client.Do(req) // an error: not there, or gone before it answered
		if err == nil {
			switch r.StatusCode {
			case 409, 429, 503, 504:
				if s, err := strconv.Atoi(r.Header.Get("Retry-After")); err == nil {
					wait = s
				}
				r.Body.Close()
			default:
				return r, nil
			}
		}
		time.Sleep(time.Duration(wait) * time.Second)
	}
	return nil, fmt.Errorf("no answer yet: send it again later, with the same key")
}

// docs: end

type row struct {
	Name, How, Method, URL, Body string
	Times, Status                int
	Headers, Answers, Save       map[string]string
	Contains                     []string
	JSON                         map[string]interface{}
	Empty                        bool
}

var client = &http.Client{
	Timeout:       60 * time.Second,
	Transport:     &http.Transport{ExpectContinueTimeout: 20 * time.Second, MaxIdleConnsPerHost: 8},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// body of a request: of known length, gzipped, or a pipe, whose length nobody knows.
func body(r *row) io.Reader {
	switch {
	case r.Body == "":
		return nil
	case r.How == "gzip":
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		io.WriteString(w, r.Body)
		w.Close()
		return &b
	case r.How == "chunked":
		in, out := io.Pipe()
		go func() {
			for text := r.Body; text != ""; {
				n := len(text)
				if n > 1000 {
					n = 1000
				}
				io.WriteString(out, text[:n])
				text = text[n:]
			}
			out.Close()
		}()
		return in
	}
	return strings.NewReader(r.Body)
}

func ask(r *row) (*http.Response, error) {
	method := r.Method
	if method == "" {
		method = "GET"
	}
	req, err := http.NewRequest(method, r.URL, body(r))
	if err != nil {
		return nil, err
	}
	for k, v := range r.Headers {
		// Go asks for gzip by itself, and undoes it only then.
		if k != "Accept-Encoding" {
			req.Header.Set(k, v)
		}
	}
	if r.How == "expect" {
		req.Header.Set("Expect", "100-continue")
	}
	return client.Do(req)
}

func at(value interface{}, pointer string) interface{} {
	for _, step := range strings.Split(pointer, "/")[1:] {
		switch v := value.(type) {
		case map[string]interface{}:
			value = v[step]
		case []interface{}:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

func wrongHeader(want string, got []string) bool {
	switch {
	case want == "-":
		return len(got) != 0
	case len(got) == 0:
		return true
	case strings.HasSuffix(want, "*"):
		return !strings.HasPrefix(got[0], strings.TrimSuffix(want, "*"))
	}
	return got[0] != want
}

func judge(r *row, a *http.Response, err error) string {
	if err != nil {
		return err.Error()
	}
	defer a.Body.Close()
	raw, err := io.ReadAll(a.Body)
	text := string(raw)
	if err != nil {
		return err.Error()
	}
	if a.StatusCode != r.Status {
		return fmt.Sprintf("status %d, not %d: %.300s", a.StatusCode, r.Status, text)
	}
	for name, want := range r.Answers {
		if wrongHeader(want, a.Header.Values(name)) {
			return fmt.Sprintf("%s is %q, not %q", name, a.Header.Values(name), want)
		}
	}
	if r.Empty && text != "" {
		return "a body: " + text
	}
	if r.How == "gunzip" && !a.Uncompressed {
		return "the answer was not gzipped"
	}
	return judgeText(r, text)
}

func judgeText(r *row, text string) string {
	rest := text
	for _, part := range r.Contains {
		i := strings.Index(rest, part)
		if i < 0 {
			return fmt.Sprintf("%s is not there, or not in its place: %.300s", part, text)
		}
		rest = rest[i+len(part):]
	}
	var value interface{}
	if len(r.JSON) > 0 {
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			return err.Error()
		}
	}
	for pointer, want := range r.JSON {
		if got := at(value, pointer); !reflect.DeepEqual(got, want) {
			return fmt.Sprintf("%s is %v, not %v", pointer, got, want)
		}
	}
	return ""
}

func many(r *row, times int) string {
	for i := 0; i < times; i++ {
		a, err := ask(r)
		if why := judge(r, a, err); why != "" {
			return why
		}
	}
	return ""
}

func atOnce(r *row) string {
	var wait sync.WaitGroup
	whys := make([]string, 8)
	for i := range whys {
		wait.Add(1)
		go func(i int) {
			defer wait.Done()
			whys[i] = many(r, r.Times/8)
		}(i)
	}
	wait.Wait()
	return strings.Join(whys, "")
}

func check(r *row, saved map[string]string) string {
	switch r.How {
	case "safely":
		a, err := send(client, r.URL, []byte(r.Body), strings.Trim(r.Headers["Idempotency-Key"], `"`))
		return judge(r, a, err)
	case "at once":
		return atOnce(r)
	case "kept":
		return many(r, r.Times)
	}
	a, err := ask(r)
	if err == nil {
		for name, header := range r.Save {
			saved[name] = a.Header.Get(header)
		}
	}
	return judge(r, a, err)
}

func main() {
	var table struct{ Checks []row }
	text, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = json.Unmarshal(text, &table)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	saved, status := map[string]string{}, 0
	put := func(s string) string {
		return regexp.MustCompile(`\$\{(\w+)\}`).ReplaceAllStringFunc(s, func(m string) string { return saved[m[2:len(m)-1]] })
	}
	for i := range table.Checks {
		r := &table.Checks[i]
		r.URL = put(r.URL)
		for k, v := range r.Headers {
			r.Headers[k] = put(v)
		}
		if why := check(r, saved); why != "" {
			fmt.Printf("FAIL\t%s\t%s\n", r.Name, strings.ReplaceAll(why, "\n", " "))
			status = 1
		} else {
			fmt.Printf("ok\t%s\n", r.Name)
		}
	}
	os.Exit(status)
}
