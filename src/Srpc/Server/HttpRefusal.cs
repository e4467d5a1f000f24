using System.Globalization;
using System.Text;

namespace ImageSdk.Srpc;

/// <summary>An answer of HTTP after which the connection ends. Clients decide by the status what to try next.</summary>
static class HttpRefusal
{
    public const string BadRequest = "400 Bad Request";
    public const string Unauthorized = "401 Unauthorized";
    public const string NotFound = "404 Not Found";
    public const string MethodNotAllowed = "405 Method Not Allowed";

    public static byte[] Bytes(string status, DateTimeOffset now) => Encoding.ASCII.GetBytes(
        $"HTTP/1.0 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n" +
        $"Date: {now.ToString("R", CultureInfo.InvariantCulture)}\r\nContent-Length: 0\r\n\r\n");
}
