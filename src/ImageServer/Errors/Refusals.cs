using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Srpc;
using ImageSdk.Srpc.Gob;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Errors;

/// <summary>An error below a method is returned to its caller and does not end the connection.</summary>
/// <param name="onTrouble">Told of what is not the caller's fault: a full or broken disk.</param>
sealed class Refusals(Action<Exception> onTrouble)
{
    /// <summary>For those who report all that goes wrong by themselves.</summary>
    public static Refusals Plain { get; } = new(_ => { });

    public T Of<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception problem) when (IsRefusal(problem))
        {
            if (problem is IOException or UnauthorizedAccessException)
                onTrouble(problem);
            throw new SrpcException(problem.Message, problem);
        }
    }

    public void Of(Action act) => Of<object?>(() =>
    {
        act();
        return null;
    });

    /// <summary>For methods that refuse in a member of their reply: the text, empty where nothing went wrong.</summary>
    public string TextOf(Action act)
    {
        try
        {
            Of(act);
            return "";
        }
        catch (SrpcException refusal)
        {
            return refusal.Message;
        }
    }

    static bool IsRefusal(Exception problem) => problem is StoreException or ImageFileException or ImageFormatException or
        GobException or IOException or UnauthorizedAccessException or ArgumentException;
}
