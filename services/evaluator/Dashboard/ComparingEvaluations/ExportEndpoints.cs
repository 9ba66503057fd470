namespace MindBridge.Evaluator.Dashboard.ComparingEvaluations;

internal static class ExportEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) => _ = routes;
}
