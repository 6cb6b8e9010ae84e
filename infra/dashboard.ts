/** The dashboard, when it is wanted. */
import { Dashboard } from "@pulumi/aws/cloudwatch";
import { type Context, named, under } from "./context";
import { dashboardBody } from "./dashboard-body";

export function createDashboard(context: Context): void {
  const { settings, names } = context;
  if (!settings.dashboard) return;
  new Dashboard(
    named(context, "dashboard"),
    { dashboardName: names.dashboard, dashboardBody: JSON.stringify(dashboardBody(names, settings)) },
    under(context),
  );
}

export function dashboardUrl(region: string, dashboard: string): string {
  return `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboard}`;
}
