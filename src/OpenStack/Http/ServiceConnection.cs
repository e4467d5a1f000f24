using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImageSdk.OpenStack.Settings;

namespace ImageSdk.OpenStack.Http;

/// <summary>
/// Sends requests, again where a server is down or busy. It follows no redirects, which would carry tokens to where they lead.
/// </summary>
sealed class ServiceConnection : IDisposable
{
    static readonly TimeSpan connectTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Attempts where a name is not known, which a restart of a server does not explain.</summary>
    const int AttemptsOfUnknownName = 3;

    readonly HttpClient client;
    readonly RetryPolicy retries;
    readonly ICloudLog log;

    /// <param name="log">Receives a line about each attempt that failed and is repeated.</param>
    /// <exception cref="OpenStackException">IMG7454: a certificate cannot be read.</exception>
    public ServiceConnection(TlsSettings tls, SecretTexts secrets, RetryPolicy retries, ICloudLog log)
    {
        (this.retries, this.log, Secrets) = (retries, log, secrets);
        client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = connectTimeout,
            Expect100ContinueTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10),
            SslOptions = OptionsOf(tls),
        }, disposeHandler: true)
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("ImageSdk", null));
    }

    public SecretTexts Secrets { get; }

    public RetryPolicy Retries => retries;

    public void Log(string line) => log.Progress(Secrets.Mask(line));

    public void Warn(string code, string message) => log.Warn(code, Secrets.Mask(message));

    /// <summary>Sends a request until there is an answer other than that the server cannot answer now.</summary>
    /// <exception cref="OpenStackException">IMG7458, IMG7459, IMG7461: there is none.</exception>
    public async Task<ServiceAnswer> SendAsync(ServiceRequest request, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            OpenStackException problem;
            TimeSpan? wanted = null;
            var attempts = retries.Attempts;
            try
            {
                var answer = await SendOnceAsync(request, cancellation);
                if (!IsBusy(answer.Status))
                    return answer;
                using (answer)
                {
                    wanted = RetryAfter(answer.Header("Retry-After"));
                    problem = new("IMG7459", $"{answer.Name} is answered with {await answer.DescribeAsync()}. Look at the log of the service, and try again.", isTransient: true);
                }
                if (!request.IsRepeatable && answer.Status != HttpStatusCode.TooManyRequests)
                    throw problem;
            }
            catch (Exception fault) when (!cancellation.IsCancellationRequested && fault is HttpRequestException or IOException or OperationCanceledException)
            {
                problem = Explain(request, fault);
                if (!problem.IsTransient || !request.IsRepeatable && !NeverArrived(fault))
                    throw problem;
                if (fault is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError })
                    attempts = Math.Min(attempts, AttemptsOfUnknownName);
            }
            if (attempt >= attempts)
                throw problem;
            var delay = retries.DelayAfter(attempt, wanted);
            Log($"{problem.Message} Attempt {attempt} of {attempts}; the next one follows in {delay.TotalSeconds:0.#} s.");
            await Task.Delay(delay, cancellation);
        }
    }

    async Task<ServiceAnswer> SendOnceAsync(ServiceRequest request, CancellationToken cancellation)
    {
        var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            using var message = new HttpRequestMessage(request.Method, request.Address);
            foreach (var (name, value) in request.Headers)
                message.Headers.TryAddWithoutValidation(name, value);
            message.Headers.ExpectContinue = request.ExpectsContinue;
            message.Content = request.Content?.Invoke(() => patience.CancelAfter(request.Patience));
            patience.CancelAfter(request.Patience);
            var response = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            return new(request, response, patience, Secrets, cancellation);
        }
        catch
        {
            patience.Dispose();
            throw;
        }
    }

    static bool IsBusy(HttpStatusCode status) => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError and not HttpStatusCode.NotImplemented and not HttpStatusCode.InsufficientStorage;

    static bool NeverArrived(Exception fault) => fault is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError };

    static TimeSpan? RetryAfter(string header) => int.TryParse(header, out var seconds) && seconds is > 0 and < 3600 ? TimeSpan.FromSeconds(seconds) : null;

    static OpenStackException Explain(ServiceRequest request, Exception fault)
    {
        var name = $"{request.Method} {request.Address}";
        return fault switch
        {
            // What was to be sent cannot be read: no fault of the server.
            HttpRequestException { InnerException: OpenStackException own } => own,
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } when InnermostOf(fault) is AuthenticationException refusal => new("IMG7461",
                $"{name}: the server's certificate is not believed: {refusal.Message.TrimEnd('.')}. Name the file of its authorities (cacert, OS_CACERT).", inner: fault),
            OperationCanceledException => new("IMG7458", $"{name}: the server is silent for {request.Patience.TotalSeconds:0} s. Look at it and at the network, and try again.", isTransient: true, fault),
            _ => new("IMG7458", $"{name}: the server cannot be reached: {InnermostOf(fault).Message.TrimEnd('.')}. Look at the address, the server and the network, and try again.", isTransient: true, fault),
        };
    }

    static Exception InnermostOf(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception;
    }

    static SslClientAuthenticationOptions OptionsOf(TlsSettings tls)
    {
        var options = new SslClientAuthenticationOptions();
        if (!tls.Verifies)
#pragma warning disable CA5359 // The user says so: insecure, or verify: false.
            options.RemoteCertificateValidationCallback = delegate { return true; };
#pragma warning restore CA5359
        else if (tls.AuthoritiesFile.Length > 0)
        {
            var authorities = new X509Certificate2Collection();
            Load(tls.AuthoritiesFile, () => authorities.ImportFromPemFile(tls.AuthoritiesFile));
            if (authorities.Count == 0)
                throw new OpenStackException("IMG7454", $"{tls.AuthoritiesFile} has no certificate. It has to be a file of authorities in PEM form (cacert, OS_CACERT).");
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
            // Authorities in between may be in the file too.
            options.CertificateChainPolicy.ExtraStore.AddRange(authorities);
        }
        if (tls.CertificateFile.Length > 0)
            Load(tls.CertificateFile, () =>
            {
                var own = X509Certificate2.CreateFromPemFile(tls.CertificateFile, tls.KeyFile.Length > 0 ? tls.KeyFile : tls.CertificateFile);
                options.ClientCertificates = [own];
            });
        return options;
    }

    static void Load(string file, Action load)
    {
        try
        {
            load();
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new OpenStackException("IMG7454", $"{file} cannot be read as a certificate: {exception.Message.TrimEnd('.')}. It has to be in PEM form.", inner: exception);
        }
    }

    public void Dispose() => client.Dispose();
}
