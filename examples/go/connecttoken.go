// Package connecttoken gets Instacart Connect tokens from connect-token-vending, and calls Connect with them.
//
// Copy this file into a folder of your module. It needs the AWS SDK, and Go 1.19 or what the SDK asks for:
//
//	go get github.com/aws/aws-sdk-go-v2 github.com/aws/aws-sdk-go-v2/config
//
// One client serves all goroutines:
//
//	// TOKEN_URL has the service's URL.
//	tokens, err := connecttoken.New(ctx, connecttoken.Options{ClientID: "acme", Scope: "connect:fulfillment"})
//	// To Connect, as http.Client does.
//	response, err := tokens.Do(request)
//	// The token itself.
//	token, err := tokens.Token(ctx) // token.AccessToken
//
// Keep a token in the process for `expires_in` less 60 seconds, then ask again.
package connecttoken

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/config"
)

// Options says which tokens a client asks for. Every field may be left out.
type Options struct {
	URL        string `json:"-"` // default: TOKEN_URL
	Region     string `json:"-"` // the API's; default: the one in the URL, else AWS_REGION
	RetailerID string `json:"-"`
	ClientID   string `json:"client_id,omitempty"`
	GrantType  string `json:"grant_type"` // default: client_credentials
	Scope      string `json:"scope,omitempty"`
	UserID     string `json:"user_id,omitempty"`
	MinTTL     int    `json:"min_ttl,omitempty"` // in seconds
}

// Token prints without the token itself.
type Token struct {
	AccessToken string
	Scope       string
	ExpiresAt   time.Time
}

// Format hides the token from every verb of package fmt.
func (t Token) Format(out fmt.State, _ rune) {
	fmt.Fprintf(out, "a token for %q until %s", t.Scope, t.ExpiresAt.Format(time.RFC3339))
}

func (t *Token) sha256() string { return hexSHA256([]byte(t.AccessToken)) }

// Error says why no token was vended. Branch on Code, which is stable.
type Error struct {
	Status            int    `json:"-"` // 0 if no answer came
	Code              string `json:"error"`
	Description       string `json:"error_description"`
	RequestID         string `json:"request_id"`
	RetryAfterSeconds int    `json:"-"` // -1 if the answer does not say
	cause             error
}

func (e *Error) Error() string {
	text := e.Code + ": " + e.Description
	if e.Status != 0 {
		text += fmt.Sprintf(" (status %d, request %s)", e.Status, e.RequestID)
	}
	if e.RetryAfterSeconds >= 0 {
		text += fmt.Sprintf(", try again after %d s", e.RetryAfterSeconds)
	}
	return text
}

func (e *Error) Unwrap() error { return e.cause }

// pause is how long to wait before the next attempt; ok is false if there may be none.
func (e *Error) pause(attempt int) (wait time.Duration, ok bool) {
	switch e.Status {
	case 0, http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		seconds := float64(e.RetryAfterSeconds)
		if seconds < 0 {
			// Before Go 1.20 the package's own source is the same in every process.
			jitter := rand.New(rand.NewSource(time.Now().UnixNano())).Float64() / 2
			seconds = float64(attempt) * (0.75 + jitter)
		}
		return time.Duration(seconds * float64(time.Second)), attempt < 3 && seconds <= 30
	}
	return 0, false
}

// Client keeps the current token. Goroutines that need one at the same time share one request.
type Client struct {
	options Options
	margin  time.Duration
	service *http.Client
	connect *http.Client
	mu      sync.Mutex
	kept    *Token
	flights map[string]*flight // by the SHA-256 of the token that Connect refused, or ""
}

type flight struct {
	done  chan struct{}
	token *Token
	err   error
}

// New makes a client that signs with the credentials of the SDK's default chain.
func New(ctx context.Context, options Options) (*Client, error) {
	if options.URL == "" {
		options.URL = os.Getenv("TOKEN_URL")
	}
	if options.URL == "" {
		return nil, errors.New("set TOKEN_URL to the URL of the token vending service, or Options.URL")
	}
	if options.GrantType == "" {
		options.GrantType = "client_credentials"
	}
	signer, err := NewSigner(ctx, options.URL, options.Region)
	if err != nil {
		return nil, err
	}
	margin := 60 * time.Second
	// A token with less life than MinTTL would not last for the job that asked for it.
	if minTTL := time.Duration(options.MinTTL) * time.Second; minTTL > margin {
		margin = minTTL
	}
	return &Client{
		options: options,
		margin:  margin,
		service: &http.Client{Timeout: 30 * time.Second, Transport: signer, CheckRedirect: doNotFollow},
		connect: &http.Client{Timeout: 30 * time.Second},
		flights: map[string]*flight{},
	}, nil
}

// Format keeps the token out of what fmt prints of a client.
func (c *Client) Format(out fmt.State, _ rune) { fmt.Fprintf(out, "a client of %s", c.options.URL) }

// A signature is good for one address, and a code for one request.
func doNotFollow(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Token returns the token that is kept, or a new one.
func (c *Client) Token(ctx context.Context) (*Token, error) { return c.get(ctx, "") }

// ExchangeCode exchanges a one-time code with exactly one request. If that fails, start the linking again.
func (c *Client) ExchangeCode(ctx context.Context, code, redirectURI, codeVerifier string) (*Token, error) {
	return c.post(ctx, map[string]string{
		"client_id": c.options.ClientID, "grant_type": "authorization_code",
		"code": code, "redirect_uri": redirectURI, "code_verifier": codeVerifier,
	})
}

// Do sends a request to Connect with a token. If Connect refuses the token, Do sends the request once more with another
// one, unless its body cannot be read again (http.NewRequest sets GetBody for bytes and strings).
func (c *Client) Do(request *http.Request) (*http.Response, error) {
	for refused := ""; ; {
		token, err := c.get(request.Context(), refused)
		if err != nil {
			return nil, err
		}
		copied := request.Clone(request.Context())
		if request.GetBody != nil {
			if copied.Body, err = request.GetBody(); err != nil {
				return nil, err
			}
		}
		copied.Header.Set("Authorization", "Bearer "+token.AccessToken)
		response, err := c.connect.Do(copied)
		isOnce := refused != "" || request.Body != nil && request.GetBody == nil
		if err != nil || response.StatusCode != http.StatusUnauthorized || isOnce {
			return response, err
		}
		response.Body.Close()
		refused = token.sha256()
	}
}

func (c *Client) get(ctx context.Context, refusedSHA256 string) (*Token, error) {
	c.mu.Lock()
	if kept := c.kept; kept != nil && kept.sha256() != refusedSHA256 && time.Now().Before(kept.ExpiresAt.Add(-c.margin)) {
		c.mu.Unlock()
		return kept, nil
	}
	shared := c.flights[refusedSHA256]
	if shared == nil {
		shared = &flight{done: make(chan struct{})}
		c.flights[refusedSHA256] = shared
		go c.fly(shared, refusedSHA256)
	}
	c.mu.Unlock()
	select {
	case <-shared.done:
		return shared.token, shared.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// fly does not end with the context of the caller that came first: others wait too.
func (c *Client) fly(shared *flight, refusedSHA256 string) {
	shared.token, shared.err = c.ask(refusedSHA256)
	c.mu.Lock()
	defer c.mu.Unlock()
	if shared.err == nil {
		c.kept = shared.token
	}
	delete(c.flights, refusedSHA256)
	close(shared.done)
}

func (c *Client) ask(refusedSHA256 string) (*Token, error) {
	fields := struct {
		Options
		RefusedSHA256 string `json:"refused_token_sha256,omitempty"`
	}{c.options, refusedSHA256}
	for attempt := 1; ; attempt++ {
		token, err := c.post(context.Background(), fields)
		var failure *Error
		if !errors.As(err, &failure) {
			return token, err
		}
		wait, ok := failure.pause(attempt)
		if !ok {
			return nil, err
		}
		time.Sleep(wait)
	}
}

func (c *Client) post(ctx context.Context, fields any) (*Token, error) {
	body, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.options.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if c.options.RetailerID != "" {
		request.Header.Set("X-Retailer-Id", c.options.RetailerID)
	}
	// Before the request, as a token's life runs meanwhile; by the wall clock, to which Round reduces it, as the other
	// one may stand still while a Lambda function is frozen.
	askedAt := time.Now().Round(0)
	response, err := c.service.Do(request)
	if err != nil {
		return nil, &Error{Code: "no_answer", Description: err.Error(), RetryAfterSeconds: -1, cause: err}
	}
	defer response.Body.Close()
	return parse(response, askedAt)
}

// Any other text would end up in the error of the request that cannot send it.
var tokenRule = regexp.MustCompile(`^[\x21-\x7e]+$`)

var retryAfterRule = regexp.MustCompile(`^[0-9]{1,9}$`)

func parse(response *http.Response, askedAt time.Time) (*Token, error) {
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, &Error{Code: "no_answer", Description: err.Error(), RetryAfterSeconds: -1, cause: err}
	}
	answer := struct {
		AccessToken string  `json:"access_token"`
		ExpiresIn   float64 `json:"expires_in"`
		Scope       string  `json:"scope"`
		Error
	}{ExpiresIn: -1, Error: Error{Status: response.StatusCode, Code: "unexpected_answer", RetryAfterSeconds: -1}}
	err = json.Unmarshal(body, &answer)
	isToken := tokenRule.MatchString(answer.AccessToken) && answer.ExpiresIn >= 0 && answer.ExpiresIn <= 1e9
	if err == nil && response.StatusCode == http.StatusOK && isToken {
		life := time.Duration(answer.ExpiresIn * float64(time.Second))
		return &Token{answer.AccessToken, answer.Scope, askedAt.Add(life)}, nil
	}
	if retryAfter := response.Header.Get("Retry-After"); retryAfterRule.MatchString(retryAfter) {
		answer.RetryAfterSeconds, _ = strconv.Atoi(retryAfter)
	}
	return nil, &answer.Error
}

// Signer signs requests to the service and sends them. It is an http.RoundTripper, also for OAuth libraries.
type Signer struct {
	host        string
	region      string
	credentials aws.CredentialsProvider
}

// API Gateway's own name has the region in it, a domain of your own does not.
var regionInURL = regexp.MustCompile(`\.execute-api\.([a-z0-9-]+)\.`)

// NewSigner makes a signer for the API at that URL. An empty region is taken from the URL, else from AWS_REGION.
func NewSigner(ctx context.Context, tokenURL, region string) (*Signer, error) {
	parsed, err := url.Parse(tokenURL)
	if err != nil {
		return nil, err
	}
	if match := regionInURL.FindStringSubmatch(tokenURL); region == "" && match != nil {
		region = match[1]
	} else if region == "" {
		region = os.Getenv("AWS_REGION")
	}
	if region == "" {
		return nil, errors.New("set AWS_REGION to the API's region, or pass it: the token URL does not name it")
	}
	loaded, err := config.LoadDefaultConfig(ctx, config.WithDefaultRegion(region))
	return &Signer{parsed.Host, region, loaded.Credentials}, err
}

// RoundTrip implements http.RoundTripper. It refuses requests to other hosts: a session token is none of their business.
func (s *Signer) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Host != s.host || request.Body == nil {
		return nil, fmt.Errorf("only requests to %s that have a body are signed", s.host)
	}
	ctx := request.Context()
	body, err := io.ReadAll(request.Body)
	request.Body.Close()
	if err != nil {
		return nil, err
	}
	// For each request anew: a role's credentials expire.
	credentials, err := s.credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	signed := request.Clone(ctx)
	signed.Body = io.NopCloser(bytes.NewReader(body))
	err = v4.NewSigner().SignHTTP(ctx, credentials, signed, hexSHA256(body), "execute-api", s.region, time.Now())
	if err != nil {
		return nil, err
	}
	return http.DefaultTransport.RoundTrip(signed)
}

func hexSHA256(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
