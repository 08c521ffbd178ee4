// Command driver runs the kit for Go. ../../driver.ts has the protocol.
package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"

	"example.com/shop/connecttoken"
)

type command struct {
	Do          string
	TokenURL    string
	Region      string
	RetailerID  string
	Request     json.RawMessage
	Times       int
	URL         string
	Code        string
	RedirectURI string
}

type reply map[string]any

var ctx = context.Background()

func digest(token *connecttoken.Token) string {
	sum := sha256.Sum256([]byte(token.AccessToken))
	return hex.EncodeToString(sum[:])
}

func shown(values ...any) string {
	text := ""
	for _, value := range values {
		text += fmt.Sprintln(value) + fmt.Sprintf("%v\n%+v\n%#v\n%s\n%q\n%x\n", value, value, value, value, value, value)
	}
	return text
}

func create(c command) (*connecttoken.Client, error) {
	options := connecttoken.Options{URL: c.TokenURL, Region: c.Region, RetailerID: c.RetailerID}
	if err := json.Unmarshal(c.Request, &options); err != nil {
		return nil, err
	}
	return connecttoken.New(ctx, options)
}

func distinct(kit *connecttoken.Client, times int) ([]string, error) {
	tokens, failures := make([]*connecttoken.Token, times), make([]error, times)
	var running sync.WaitGroup
	for i := 0; i < times; i++ {
		running.Add(1)
		go func(i int) {
			defer running.Done()
			tokens[i], failures[i] = kit.Token(ctx)
		}(i)
	}
	running.Wait()
	found, hashes := map[string]bool{}, []string{}
	for i, token := range tokens {
		if fmt.Sprint(failures[i]) != fmt.Sprint(failures[0]) {
			return nil, errors.New("the callers did not all meet the same")
		}
		if failures[i] == nil && !found[digest(token)] {
			found[digest(token)] = true
			hashes = append(hashes, digest(token))
		}
	}
	return hashes, failures[0]
}

func carryOut(c command, kit *connecttoken.Client) (reply, error) {
	switch c.Do {
	case "token":
		if c.Times == 0 {
			c.Times = 1
		}
		hashes, err := distinct(kit, c.Times)
		return reply{"sha256": hashes}, err
	case "call":
		request, err := http.NewRequest(http.MethodGet, c.URL, nil)
		if err != nil {
			return nil, err
		}
		response, err := kit.Do(request)
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		return reply{"status": response.StatusCode}, nil
	case "code":
		token, err := kit.ExchangeCode(ctx, c.Code, c.RedirectURI, "")
		if err != nil {
			return nil, err
		}
		return reply{"sha256": []string{digest(token)}}, nil
	default:
		token, err := kit.Token(ctx)
		inside := struct{ kit *connecttoken.Client }{kit}
		return reply{"shown": shown(kit, token, *token, inside, &inside)}, err
	}
}

func failed(err error) reply {
	failure := reply{"shown": shown(err)}
	var known *connecttoken.Error
	if errors.As(err, &known) {
		failure["status"] = known.Status
		failure["error"] = known.Code
		failure["description"] = known.Description
		failure["requestId"] = known.RequestID
		if known.RetryAfterSeconds >= 0 {
			failure["retryAfterSeconds"] = known.RetryAfterSeconds
		}
	}
	return reply{"failed": failure}
}

func main() {
	var kit *connecttoken.Client
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var c command
		err := json.Unmarshal(lines.Bytes(), &c)
		answer := reply{"ready": true}
		if err == nil && c.Do == "new" {
			kit, err = create(c)
		} else if err == nil {
			answer, err = carryOut(c, kit)
		}
		if err != nil {
			answer = failed(err)
		}
		json.NewEncoder(os.Stdout).Encode(answer)
	}
}
