namespace ImageSdk.Srpc.Gob;

/// <summary>The fields of a value that cannot be changed once it is made.</summary>
public interface IGobDraft<out T>
{
    /// <exception cref="GobException">The fields make no value.</exception>
    T ToValue();
}

/// <summary>The schema of an immutable type: fields are set on a draft, from which the value is made.</summary>
/// <param name="name">The bare Go name; peers ignore it.</param>
public sealed class GobRecord<T, TDraft>(string name) : GobStructType<T, TDraft>(name) where TDraft : struct, IGobDraft<T>
{
    private protected override TDraft NewDraft() => new();

    private protected override T Finish(TDraft draft) => draft.ToValue();
}
