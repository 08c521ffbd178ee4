#!/bin/sh
# Instacart Connect tokens from the token vending service, for shells: copy this file. Needs curl 7.86 or newer, and
# AWS CLI version 2 unless the AWS credentials are in the environment. TOKEN_URL is the service's URL.
#
#   connect-token.sh call scope=connect:fulfillment -- https://connect.instacart.com/v2/...
#       sends a request to Connect with a token. After -- stand curl's arguments; a body cannot come from stdin.
#       Prints what Connect answers; ends with 22 if that is an error.
#   connect-token.sh token scope=connect:fulfillment
#       prints a token.
#   printf %s "$code" | connect-token.sh token grant_type=authorization_code redirect_uri=https://... code=-
#       spends a one-time code. A field whose value is - is read from stdin: all users of a machine see arguments.
#
# The fields are those of a token request; X-Retailer-Id=... goes into the header. It ends with 75 if another try later
# may help. No secret is among the arguments of a process that it starts.
#
# Keep a token in the process for `expires_in` less 60 seconds, then ask again. This command keeps none: run it again.
set -u
newline='
'

die() {
  printf 'connect-token: %s\n' "$1" >&2
  exit "${2:-1}"
}

# A line of curl's configuration, which curl reads from stdin.
option() {
  case $2 in *"$newline"*) die "$1 has a line break" ;; esac
  printf '%s = "%s"\n' "$1" "$(printf %s "$2" | sed 's/[\\"]/\\&/g')"
}

field() {
  case $1 in
    [Xx]-[Rr]etailer-[Ii]d=*) option header "X-Retailer-Id: ${1#*=}" ;;
    *=-) option data-urlencode "${1%-}$(cat)" ;;
    *=*) option data-urlencode "$1" ;;
    *) die "not FIELD=VALUE: $1" ;;
  esac
}

# Anew for each request: a role's credentials expire.
credentials() {
  if [ -n "${AWS_ACCESS_KEY_ID:-}" ]; then
    key=$AWS_ACCESS_KEY_ID secret=${AWS_SECRET_ACCESS_KEY:-} session=${AWS_SESSION_TOKEN:-}
    return
  fi
  exported=$(aws configure export-credentials --format env-no-export) || die 'there are no AWS credentials'
  key=$(exported AWS_ACCESS_KEY_ID) secret=$(exported AWS_SECRET_ACCESS_KEY) session=$(exported AWS_SESSION_TOKEN)
}

exported() {
  printf '%s\n' "$exported" | sed -n "s/^$1=//p"
}

# Runs curl with the configuration in $1 and further arguments. Sets status (000: no answer), pause and body.
send() {
  config=$1
  shift
  reply=$(printf %s "$config" | curl -q --config - --silent --show-error --max-time 30 \
    --write-out '\n%{http_code} %header{retry-after}' "$@")
  curl_ended=$?
  last=${reply##*"$newline"}
  body=${reply%"$newline"*} status=${last%% *} pause=${last#* }
  # More than nine digits are not a pause.
  case $pause in *[!0-9]* | ??????????*) pause='' ;; esac
  [ "$curl_ended" -eq 0 ] || status=000
}

ask() {
  credentials
  request=$(
    option url "$TOKEN_URL"
    option aws-sigv4 "aws:amz:$region:execute-api"
    option user "$key:$secret"
    [ -z "$session" ] || option header "x-amz-security-token: $session"
    printf '%s\n' "$fields" "$1"
  ) || exit
  send "$request"
}

# The service's error. No other body is printed: a token may be in one that broke off.
refusal() {
  case $status:$body in
    000:*) printf %s 'no answer' ;;
    *'"access_token"'*) printf %s 'not an error of the service' ;;
    *:'{'*'"error"'*) printf %.500s "$body" ;;
    *) printf %s 'not an error of the service' ;;
  esac
}

# Sets token. $1 has further fields.
get_token() {
  attempt=1
  while ask "$1" && [ "$status" != 200 ]; do
    answer="${status}${pause:+, try again after $pause s}: $(refusal)"
    case $status in 000 | 429 | 503 | 504) ;; *) die "$answer" ;; esac
    [ "$attempts" -gt 1 ] || die "$answer"
    if [ "$attempt" -eq "$attempts" ] || [ "${pause:-0}" -gt 30 ]; then die "$answer" 75; fi
    # The fraction keeps processes apart that failed together; not every sleep takes one.
    sleep "${pause:-$attempt.$(($$ % 10))}" 2>/dev/null || sleep "$attempt"
    attempt=$((attempt + 1))
  done
  # Printable ASCII, but for the two characters that JSON escapes.
  token=$(printf %s "$body" | LC_ALL=C sed -n 's/.*"access_token" *: *"\([]!#-[^-~]*\)".*/\1/p')
  case $token in '' | *"$newline"*) die '200: the answer has no token' ;; esac
}

call() {
  get_token ''
  bearer=$(option header "Authorization: Bearer $token") || exit
  send "$bearer" "$@"
  if [ "$status" = 401 ]; then
    hash=$(printf %s "$token" | { sha256sum || shasum -a 256; } 2>/dev/null | cut -c 1-64)
    refused=$(option data-urlencode "refused_token_sha256=$hash") || exit
    get_token "$refused"
    bearer=$(option header "Authorization: Bearer $token") || exit
    send "$bearer" "$@"
  fi
  printf '%s\n' "$body"
  case $status in [45]* | 000) die "Connect answered $status" 22 ;; esac
}

: "${TOKEN_URL:?Set it to the URL of the token vending service}"
# API Gateway's own name has the region in it, a domain does not.
region=$(printf %s "$TOKEN_URL" | sed -n 's|^https*://[^/]*\.execute-api\.\([a-z0-9-]*\)\..*|\1|p')
: "${region:=${AWS_REGION:?Set it to the region of the API}}"
command=${1:-}
[ $# -eq 0 ] || shift
fields='' attempts=3 grant_type=grant_type=client_credentials
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  case $1 in grant_type=*) grant_type='' ;; esac
  # A code works once.
  case $1 in grant_type=authorization_code) attempts=1 ;; esac
  line=$(field "$1") || exit
  fields=$fields$line$newline
  shift
done
[ -z "$grant_type" ] || fields=$fields$(field "$grant_type") || exit
[ $# -eq 0 ] || shift
case $command in
  token) get_token '' && printf '%s\n' "$token" ;;
  call) call "$@" ;;
  *) die 'usage: connect-token.sh token|call FIELD=VALUE... [-- curl arguments]' ;;
esac
