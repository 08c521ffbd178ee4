import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;

/**
 * Gets Instacart Connect tokens from connect-token-vending, and calls Connect with them.
 *
 * <p>Copy this file into a package of yours. It needs Java 17, com.fasterxml.jackson.core:jackson-databind, and of the
 * AWS SDK software.amazon.awssdk:auth and software.amazon.awssdk:http-auth-aws (2.21 or newer); for a service account of
 * EKS also software.amazon.awssdk:sts. It was compiled and run with stand-ins for the AWS SDK, which have the signatures
 * of the SDK's sources, and not yet with the SDK itself: try it before you rely on it.
 *
 * <pre>{@code
 * // TOKEN_URL has the service's URL. One object serves all threads.
 * var tokens = new ConnectToken(ConnectToken.Options.of("acme", "connect:fulfillment"));
 * var request = HttpRequest.newBuilder(URI.create("https://connect.instacart.com/v2/..."));
 * HttpResponse<String> response = tokens.send(request, HttpResponse.BodyHandlers.ofString());
 * }</pre>
 *
 * <p>Keep a token in the process for `expires_in` less 60 seconds, then ask again.
 */
public final class ConnectToken {
  /** Which tokens to ask for. Null is what you leave out; the region is then the URL's, else AWS_REGION. */
  public record Options(
      String url, String region, String retailerId,
      String clientId, String grantType, String scope, String userId, Integer minTtlSeconds) {

    public static Options of(String clientId, String scope) {
      return new Options(System.getenv("TOKEN_URL"), null, null, clientId, "client_credentials", scope, null, null);
    }
  }

  /** Prints without the token itself. */
  public record Token(String accessToken, String scope, Instant expiresAt) {
    @Override
    public String toString() {
      return "a token for " + scope + " until " + expiresAt;
    }
  }

  /** No token was vended. Branch on {@code error}, which is stable. */
  public static final class Failure extends IOException {
    /** 0 if no answer came. */
    public final int status;
    public final String error;
    public final String description;
    public final String requestId;
    /** Null if the answer does not say. */
    public final Integer retryAfterSeconds;

    Failure(int status, String error, String description, String requestId, Integer retryAfter, Throwable cause) {
      super(error + ": " + description
          + (status == 0 ? "" : " (status " + status + ", request " + requestId + ")")
          + (retryAfter == null ? "" : ", try again after " + retryAfter + " s"), cause);
      this.status = status;
      this.error = error;
      this.description = description;
      this.requestId = requestId;
      this.retryAfterSeconds = retryAfter;
    }
  }

  // API Gateway's own name has the region in it, a domain of your own does not.
  private static final Pattern REGION_IN_URL = Pattern.compile("\\.execute-api\\.([a-z0-9-]+)\\.");
  private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");
  private static final Set<Integer> MAY_PASS = Set.of(0, 429, 503, 504);

  private final Options options;
  private final URI url;
  private final String region;
  private final Duration margin;
  private final AwsCredentialsProvider credentials = DefaultCredentialsProvider.builder().build();
  private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper();
  /** Requests on their way, by the token that Connect refused, or null. Guards {@code kept} too. */
  private final Map<Token, CompletableFuture<Token>> flights = new HashMap<>();
  private Token kept;

  public ConnectToken(Options options) {
    this.options = options;
    url = URI.create(options.url());
    Matcher inUrl = REGION_IN_URL.matcher(options.url());
    region = options.region() != null ? options.region() : inUrl.find() ? inUrl.group(1) : System.getenv("AWS_REGION");
    if (region == null || region.isEmpty()) {
      throw new IllegalArgumentException("Set AWS_REGION to the API's region, or pass it: the URL does not name it");
    }
    // A token with less life than min_ttl would not last for the job that asked for it.
    margin = Duration.ofSeconds(Math.max(60, Objects.requireNonNullElse(options.minTtlSeconds(), 0)));
  }

  /** The token that is kept, or a new one. Threads that need one at the same time share one request. */
  public Token token() throws IOException, InterruptedException {
    return get(null);
  }

  /** Exchanges a one-time code with exactly one request. If that fails, start the linking again. */
  public Token exchangeCode(String code, String redirectUri, String codeVerifier)
      throws IOException, InterruptedException {
    Map<String, Object> fields = new HashMap<>();
    fields.put("client_id", options.clientId());
    fields.put("grant_type", "authorization_code");
    fields.put("code", code);
    fields.put("redirect_uri", redirectUri);
    fields.put("code_verifier", codeVerifier);
    return post(fields);
  }

  /** Sends a request to Connect with a token. If Connect refuses the token, sends it once more with another one. */
  public <T> HttpResponse<T> send(HttpRequest.Builder request, BodyHandler<T> handler)
      throws IOException, InterruptedException {
    Token token = token();
    HttpResponse<T> response = http.send(authorized(request, token), handler);
    return response.statusCode() == 401 ? http.send(authorized(request, get(token)), handler) : response;
  }

  private static HttpRequest authorized(HttpRequest.Builder request, Token token) {
    return request.copy().setHeader("Authorization", "Bearer " + token.accessToken()).build();
  }

  private Token get(Token refused) throws IOException, InterruptedException {
    CompletableFuture<Token> mine = new CompletableFuture<>();
    CompletableFuture<Token> others;
    synchronized (flights) {
      boolean isRefused = refused != null && kept != null && kept.accessToken().equals(refused.accessToken());
      // The wall clock: a monotonic one may stand still while a Lambda instance is frozen.
      if (kept != null && !isRefused && Instant.now().isBefore(kept.expiresAt().minus(margin))) return kept;
      others = flights.putIfAbsent(refused, mine);
    }
    if (others != null) return resultOf(others);
    try {
      Token token = ask(refused);
      synchronized (flights) {
        kept = token;
      }
      mine.complete(token);
      return token;
    } catch (Throwable failure) {
      mine.completeExceptionally(failure);
      throw failure;
    } finally {
      synchronized (flights) {
        flights.remove(refused);
      }
    }
  }

  private static Token resultOf(CompletableFuture<Token> flight) throws IOException, InterruptedException {
    try {
      return flight.get();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof Failure known) throw known;
      throw new IOException(failure.getCause());
    }
  }

  private Token ask(Token refused) throws IOException, InterruptedException {
    Map<String, Object> fields = new HashMap<>();
    fields.put("client_id", options.clientId());
    fields.put("grant_type", options.grantType());
    fields.put("scope", options.scope());
    fields.put("user_id", options.userId());
    fields.put("min_ttl", options.minTtlSeconds());
    fields.put("refused_token_sha256", refused == null ? null : sha256(refused.accessToken()));
    for (int attempt = 1; ; attempt++) {
      try {
        return post(fields);
      } catch (Failure failure) {
        double seconds = failure.retryAfterSeconds != null
            ? failure.retryAfterSeconds
            : attempt * ThreadLocalRandom.current().nextDouble(0.75, 1.25);
        if (attempt == 3 || !MAY_PASS.contains(failure.status) || seconds > 30) throw failure;
        Thread.sleep((long) (seconds * 1000));
      }
    }
  }

  private Token post(Map<String, Object> fields) throws IOException, InterruptedException {
    fields.values().removeIf(Objects::isNull);
    HttpRequest request = signed(json.writeValueAsBytes(fields));
    // Before the request: a token's life runs while its answer is on the way.
    Instant askedAt = Instant.now();
    HttpResponse<String> response = exchange(request);
    JsonNode answer = parsed(response.body());
    if (response.statusCode() == 200 && isToken(answer)) {
      Instant expiresAt = askedAt.plusSeconds(answer.path("expires_in").asLong());
      return new Token(answer.path("access_token").asText(), answer.path("scope").asText(null), expiresAt);
    }
    Optional<String> retryAfter = response.headers().firstValue("Retry-After").filter(text -> text.matches("\\d{1,9}"));
    throw new Failure(
        response.statusCode(),
        answer.path("error").asText("unexpected_answer"),
        answer.path("error_description").asText("The answer is not the service's."),
        answer.path("request_id").asText(null),
        retryAfter.map(Integer::valueOf).orElse(null),
        null);
  }

  /** Within 30 seconds in all. The timeout of a request would end with the headers of its answer. */
  private HttpResponse<String> exchange(HttpRequest request) throws Failure, InterruptedException {
    CompletableFuture<HttpResponse<String>> answer = http.sendAsync(request, BodyHandlers.ofString());
    try {
      return answer.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException failure) {
      throw new Failure(0, "no_answer", url + ": " + failure.getCause(), null, null, failure.getCause());
    } catch (TimeoutException cause) {
      throw new Failure(0, "no_answer", url + ": no whole answer within 30 seconds", null, null, cause);
    } finally {
      // Closes the connection of an answer that is not complete.
      answer.cancel(true);
    }
  }

  /** Any other text would end up in the error of the request that cannot send it. */
  private static boolean isToken(JsonNode answer) {
    JsonNode token = answer.path("access_token");
    JsonNode life = answer.path("expires_in");
    return token.isTextual() && TOKEN.matcher(token.asText()).matches()
        && life.isNumber() && life.asDouble() >= 0 && life.asDouble() <= 1e9;
  }

  private JsonNode parsed(String text) {
    try {
      return json.readTree(text);
    } catch (JsonProcessingException notJson) {
      return json.createObjectNode();
    }
  }

  private HttpRequest signed(byte[] body) {
    SdkHttpRequest.Builder unsigned =
        SdkHttpRequest.builder().method(SdkHttpMethod.POST).uri(url).putHeader("Content-Type", "application/json");
    if (options.retailerId() != null) unsigned.putHeader("X-Retailer-Id", options.retailerId());
    SdkHttpRequest signed = signer.sign(input -> input
        .request(unsigned.build())
        .payload(() -> new ByteArrayInputStream(body))
        // For each request anew: a role's credentials expire.
        .identity(credentials.resolveCredentials())
        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "execute-api")
        .putProperty(AwsV4HttpSigner.REGION_NAME, region)
        // Without this, newer SDKs leave a body unsigned that goes by https.
        .putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, true))
        .request();
    HttpRequest.Builder request = HttpRequest.newBuilder(url).POST(BodyPublishers.ofByteArray(body));
    // HttpClient sets these two itself.
    Set<String> own = Set.of("host", "content-length");
    signed.headers().forEach((name, values) -> {
      if (!own.contains(name.toLowerCase())) values.forEach(value -> request.header(name, value));
    });
    return request.build();
  }

  private static String sha256(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
